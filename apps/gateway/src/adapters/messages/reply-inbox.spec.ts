import { ManualClock } from '@waybill/testing';
import { expect, it } from 'vitest';
import { ReplyInbox } from './reply-inbox.ts';

it('waits for as long as it was asked to, also for what was asked before and is waited for still', async () => {
  const clock = new ManualClock();
  const inbox = new ReplyInbox('g', clock);
  const first = inbox.waitFor('c', 100);
  clock.advance(50);
  const second = inbox.waitFor('c', 100);
  clock.advance(50);
  expect(await first).toBeUndefined();
  inbox.take({ command_id: 'c', applied: true });
  expect(await second).toEqual({ command_id: 'c', applied: true });
  expect(inbox.isAwaited).toBe(false);
});
