/** What `--again` waits for. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WaybillClient } from '@waybill/client';
import { expect, it, onTestFinished } from 'vitest';
import { startPlatform } from '../composition/start-platform.ts';
import { parseConfig } from '../config.ts';
import { indexFolder } from './index-folder.ts';

it('with --again an older knowledge.db knows the folder when the command goes on', { timeout: 60_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'waybill-again-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const dataDir = join(home, 'data');
  const config = parseConfig({ PORT: '0', WAYBILL_DATA_DIR: dataDir, LOG_LEVEL: 'silent', AGENTIC_NO_LLM: '1' });
  const folder = (name: string, files: Record<string, string>): string => {
    mkdirSync(join(home, name));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(home, name, file), text);
    return join(home, name);
  };
  const one = folder('one', { 'first.md': '# First\n\nThe first document is about apples.' });
  const two = folder('two', {
    'second.md': `# Second\n\nThe zebra eats thistles.\n\n${'Words of no weight follow here. '.repeat(20_000)}`,
  });
  let platform = await startPlatform({ config });
  await indexFolder(new WaybillClient(platform.url), one, { collection: 'c' });
  await platform.close();
  copyFileSync(join(dataDir, 'knowledge.db'), join(home, 'older.db'));
  platform = await startPlatform({ config });
  await indexFolder(new WaybillClient(platform.url), two, { collection: 'c' });
  await platform.close();
  for (const end of ['-wal', '-shm']) rmSync(join(dataDir, `knowledge.db${end}`), { force: true });
  copyFileSync(join(home, 'older.db'), join(dataDir, 'knowledge.db'));

  platform = await startPlatform({ config });
  const client = new WaybillClient(platform.url);
  try {
    // Somebody else adds documents: the indexer is busy.
    const words = 'Many other words that say nothing at all stand here. '.repeat(40_000);
    for (let n = 0; n < 6; n += 1)
      await client.addDocument({ name: `other${n}.md`, text: `${n} ${words}`, collection: 'other' });
    await indexFolder(client, two, { collection: 'c', again: true });
    const { hits } = await client.search({ query: 'zebra thistles', collection: 'c' });
    expect(hits.map(({ name }) => name)).toContain('second.md');
  } finally {
    await platform.close();
  }
});
