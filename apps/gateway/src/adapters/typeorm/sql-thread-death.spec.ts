import { EventEmitter } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';

const threads: FakeThread[] = [];
class FakeThread extends EventEmitter {
  constructor() {
    super();
    threads.push(this);
  }
  postMessage(): void {}
  ref(): void {}
  unref(): void {}
}
afterEach(() => {
  vi.doUnmock('node:worker_threads');
  vi.resetModules();
});

it('does not take a late answer of a thread that died for one of the next', async () => {
  vi.resetModules();
  vi.doMock('node:worker_threads', () => ({ Worker: FakeThread }));
  const { SqlThread } = await import('./sql-thread.ts');
  const thread = new SqlThread({ path: 'notes.db', pragmas: '' });
  const lost = thread.transact([]);
  threads[0]!.emit('error', new Error('out of memory'));
  await expect(lost).rejects.toThrow('out of memory');
  const next = thread.transact([]);
  threads[0]!.emit('message', { changes: [1] });
  threads[1]!.emit('message', { error: 'disk' });
  await expect(next).rejects.toThrow('disk');
});
