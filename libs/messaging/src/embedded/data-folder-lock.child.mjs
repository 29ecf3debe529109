/** Holds the folder it is given until it is killed. */
import './source-packages.mjs';

const { lockDataFolder } = await import('./data-folder-lock.ts');
lockDataFolder(process.argv[2] ?? '').setAddress('http://there');
// Nothing refers to the lock now: were it only an object, it would be collected, and the folder free.
globalThis.gc?.();
process.send?.('locked');
setInterval(() => undefined, 60_000);
