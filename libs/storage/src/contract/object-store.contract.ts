/** What every ObjectStore promises. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore, StoredObject } from '../object-store.ts';

const object = (text: string, mediaType = 'text/plain'): StoredObject => ({
  bytes: new TextEncoder().encode(text),
  mediaType,
});

export function objectStoreContract(name: string, open: () => Promise<ObjectStore>): void {
  describe(`${name} as an ObjectStore`, () => {
    let store: ObjectStore;
    beforeEach(async () => {
      store = await open();
    });
    const textOf = async (key: string): Promise<string> => new TextDecoder().decode((await store.get(key)).bytes);

    it('gives back the bytes and the media type', async () => {
      const bytes = Uint8Array.from({ length: 100_000 }, (_, n) => n % 251);
      await store.put('documents/d-1/original', { bytes, mediaType: 'text/markdown; charset="utf-8"' });
      const found = await store.get('documents/d-1/original');
      expect(found.mediaType).toBe('text/markdown; charset="utf-8"');
      expect(Buffer.compare(found.bytes, bytes)).toBe(0);
    });

    it('holds an object without bytes', async () => {
      await store.put('empty', object(''));
      expect((await store.get('empty')).bytes).toHaveLength(0);
    });

    it('replaces bytes and type together', async () => {
      await store.put('a', object('one'));
      await store.put('a', object('two', 'text/html'));
      expect(await textOf('a')).toBe('two');
      expect((await store.get('a')).mediaType).toBe('text/html');
    });

    it('answers not_found for what is not there', async () => {
      await store.put('a/b', object('x'));
      for (const key of ['nothing', 'a', 'a/b/c'])
        await expect(store.get(key)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('holds a key beside keys that go on from it', async () => {
      for (const key of ['a', 'a/b', 'a/b/c', 'a.b', '.hidden', 'a-_.9']) await store.put(key, object(key));
      for (const key of ['a', 'a/b', 'a/b/c', 'a.b', '.hidden', 'a-_.9']) expect(await textOf(key)).toBe(key);
    });

    it('removes an object, and does not mind removing it again', async () => {
      await store.put('a/b', object('x'));
      await store.put('a/c', object('y'));
      await store.delete('a/b');
      await store.delete('a/b');
      await store.delete('never/was');
      await expect(store.get('a/b')).rejects.toMatchObject({ code: 'not_found' });
      expect(await textOf('a/c')).toBe('y');
      await store.put('a/b', object('again'));
      expect(await textOf('a/b')).toBe('again');
    });

    it('lists the keys that begin with a prefix, ascending', async () => {
      for (const key of ['b/2', 'a/10', 'a/2', 'ab', 'a/2/z', 'a']) await store.put(key, object('x'));
      expect(await store.list('')).toEqual(['a', 'a/10', 'a/2', 'a/2/z', 'ab', 'b/2']);
      expect(await store.list('a/')).toEqual(['a/10', 'a/2', 'a/2/z']);
      expect(await store.list('a/2')).toEqual(['a/2', 'a/2/z']);
      expect(await store.list('none/')).toEqual([]);
    });

    it('refuses keys that are none', async () => {
      const bad = [
        '',
        '/',
        '/a',
        'a/',
        'a//b',
        '..',
        '../a',
        'a/../../b',
        '.',
        'a/./b',
        'a\\b',
        'a b',
        'a\u0000',
        'ä',
        'a@',
        'C:',
        `${'x'.repeat(201)}`,
        'x/'.repeat(600),
      ];
      for (const key of bad) {
        await expect(store.put(key, object('x'))).rejects.toMatchObject({ code: 'invalid_request' });
        await expect(store.get(key)).rejects.toMatchObject({ code: 'invalid_request' });
        await expect(store.delete(key)).rejects.toMatchObject({ code: 'invalid_request' });
      }
      for (const prefix of ['../', 'a/../', '/', 'a//'])
        await expect(store.list(prefix)).rejects.toMatchObject({ code: 'invalid_request' });
    });

    it('shows who reads while others write a whole object, bytes and type of one', async () => {
      const of = (n: number): StoredObject => ({
        bytes: new Uint8Array(50_000 + n).fill(n),
        mediaType: `text/x-${String(n)}`,
      });
      await store.put('read/while', of(0));
      const read = async (): Promise<void> => {
        const { bytes, mediaType } = await store.get('read/while');
        const [n] = bytes;
        expect(mediaType).toBe(`text/x-${String(n)}`);
        expect(bytes).toHaveLength(50_000 + n!);
        expect(bytes.every((byte) => byte === n)).toBe(true);
      };
      await Promise.all(Array.from({ length: 20 }, (_, n) => Promise.all([store.put('read/while', of(n)), read()])));
    });

    it('lists what is there while other folders come and go', async () => {
      await store.put('keep/me', object('x'));
      let isOver = false;
      const churn = async (n: number): Promise<void> => {
        while (!isOver) {
          await store.put(`busy${String(n)}/x/y`, object('x'));
          await store.delete(`busy${String(n)}/x/y`);
        }
      };
      const churning = Promise.all([1, 2, 3, 4].map(churn));
      try {
        for (let n = 0; n < 300; n += 1) expect(await store.list('')).toContain('keep/me');
      } finally {
        isOver = true;
        await churning;
      }
    });

    it('survives many writers and removers of the same folder', async () => {
      const round = async (n: number): Promise<void> => {
        const key = `busy/${String(n % 3)}/object`;
        await store.put(key, object(`value ${String(n)}`));
        if (n % 2 === 0) await store.delete(key);
      };
      await Promise.all(Array.from({ length: 30 }, (_, n) => round(n)));
      await store.put('busy/0/object', object('last'));
      expect(await textOf('busy/0/object')).toBe('last');
    });
  });
}
