/** Holds the folder it is given until it is killed. */
import './source-packages.mjs';

const { lockDataFolder } = await import('./data-folder-lock.ts');
lockDataFolder(process.argv[2] ?? '').setAddress('http://there');
process.send?.('locked');
setInterval(() => undefined, 60_000);
