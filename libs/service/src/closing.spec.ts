import { expect, it } from 'vitest';
import { Closing, SideBySide } from './closing.ts';

it('closes what was opened last first, once, and one after the other', async () => {
  const done: string[] = [];
  const closing = new Closing();
  for (const name of ['log', 'service']) {
    closing.add(name, {
      async close() {
        done.push(`${name} begins`);
        await Promise.resolve();
        done.push(`${name} ends`);
      },
    });
  }
  await Promise.all([closing.close(), closing.close()]);
  await closing.close();
  expect(done).toEqual(['service begins', 'service ends', 'log begins', 'log ends']);
});

it('closes the rest when one fails, and tells the first failure', async () => {
  const done: string[] = [];
  const closing = new Closing();
  closing.add('log', { close: () => void done.push('log') });
  for (const name of ['first', 'second']) closing.add(name, { close: () => Promise.reject(new Error(name)) });
  await expect(closing.close()).rejects.toThrow('second');
  expect(done).toEqual(['log']);
});

it('says what is being closed, to its parts', async () => {
  const held = Promise.withResolvers<void>();
  const gateway = new Closing();
  gateway.add('read model', { close: () => held.promise });
  const closing = new Closing();
  closing.add('gateway', gateway);
  expect(closing.closing).toBeUndefined();
  const closed = closing.close();
  expect(closing.closing).toBe('gateway > read model');
  held.resolve();
  await closed;
  expect(closing.closing).toBeUndefined();
});

it('closes side by side what may take its time, says what is left, and tells a failure after all have ended', async () => {
  const slow = Promise.withResolvers<void>();
  const both = new SideBySide();
  both.add('gateway', { close: () => Promise.reject(new Error('no')) });
  both.add('replies', { close: () => undefined });
  both.add('agent node', { close: () => slow.promise, closing: 'work' });
  const closed = both.close().catch((error: unknown) => (error as Error).message);
  await new Promise((resolve) => setImmediate(resolve));
  expect(both.closing).toBe('gateway, agent node > work');
  slow.resolve();
  expect(await closed).toBe('no');
});
