import { expect, it } from 'vitest';
import type { OutgoingMessage } from '@waybill/contracts';
import { Outbox } from './outbox.ts';

const message = (key: string): OutgoingMessage => ({ topic: 't', key, headers: {}, value: null });

function outbox(write: () => Promise<void> = () => Promise.resolve()) {
  const appends: string[] = [];
  const box = new Outbox({
    append: async (messages) => {
      appends.push(messages.map(({ key }) => key).join());
      await write();
      return [];
    },
  });
  return { box, appends };
}

it('writes in one append, in order, what comes in one turn', async () => {
  const { box, appends } = outbox();
  const first = [box.append([message('a'), message('b')]), box.append([message('c')])];
  expect(appends).toEqual([]);
  await Promise.all(first);
  await box.append([message('d')]);
  expect(appends).toEqual(['a,b,c', 'd']);
});

it('does not wait for what is being written', async () => {
  const gate = Promise.withResolvers<void>();
  const { box, appends } = outbox(() => gate.promise);
  const first = box.append([message('a')]);
  await Promise.resolve();
  const second = box.append([message('b')]);
  await Promise.resolve();
  expect(appends).toEqual(['a', 'b']);
  gate.resolve();
  await Promise.all([first, second]);
});

it('tells everybody that an append failed', async () => {
  const { box } = outbox(() => Promise.reject(new Error('the log is away')));
  const both = await Promise.allSettled([box.append([message('a')]), box.append([message('b')])]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
