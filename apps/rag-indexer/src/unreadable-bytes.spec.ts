/** A rebuild while the object store fails in a way that may pass. */
import 'reflect-metadata';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { FolderObjectStore, type ObjectStore } from '@waybill/storage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IndexerFixture, whales } from './testing/indexer-fixture.ts';

let t: IndexerFixture;
beforeEach(async () => {
  t = new IndexerFixture();
  await t.open();
});
afterEach(() => t.close());

it.runIf(process.platform === 'linux')(
  'ends the start when bytes that are there cannot be read just now, and the next one finds them',
  async () => {
    await t.start();
    await t.ingest('d1', { content: await t.stored('d1', whales) });
    await t.untilSaid('d1', 'indexed');
    await t.loseIndex();
    const folder = join(t.folder, 'failing');
    const failing = await FolderObjectStore.open(folder);
    mkdirSync(join(folder, 'documents', 'd1'), { recursive: true });
    symlinkSync('/proc/self/mem', join(folder, 'documents', 'd1', 'original@')); // cannot be read: EIO
    const objects: ObjectStore = Object.assign(Object.create(t.objects), {
      list: t.objects.list.bind(t.objects),
      get: failing.get.bind(failing),
    });
    await expect(t.start({ objects })).rejects.toMatchObject({ code: 'unavailable' });
    await t.start();
    expect(await t.found('What do whales eat?')).toEqual(['d1.md']);
  },
);
