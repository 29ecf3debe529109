import { defaultOwner, encodeMessage, topics, Verdict, type CancelTask } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog, until } from '@waybill/testing';
import { expect, it } from 'vitest';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';

const cancelledEvent = (seq: number) => {
  const usage = { prompt_tokens: 0, completion_tokens: 0, steps: 0 };
  return { seq, type: 'TaskCancelled', data: { reason: 'x', usage } } as const;
};

/** A gateway with a task that runs, and cancels of it. */
async function running(settings: Record<string, string> = {}) {
  const log = new InMemoryMessageLog({ clock: systemClock });
  const gateway = await GatewayFixture.start(log, { settings });
  await gateway.announce('echo');
  const taskId = await gateway.submit({ definition: { steps: { s1: { agent: 'echo' } } } });
  const cancel = (headers: Record<string, string> = { 'idempotency-key': 'c' }) =>
    gateway.call('POST', `/v1/tasks/${taskId}/cancel`, undefined, headers);
  const asked = () =>
    log.recordsOf(topics.taskRequests).filter(({ headers }) => headers['ce_type']!.includes('CancelTask'));
  /** Another one was faster: what the core says of this one. */
  const findNothing = async (command: number): Promise<void> => {
    await until(() => asked().length > command, undefined, 1_000_000);
    await gateway.emit(taskId, lifeOf(taskId)[0]!, cancelledEvent(2));
    const { reply_to: to } = JSON.parse(String(asked()[command]!.value)) as CancelTask;
    const error = { class: 'conflict', code: 'task_ended', detail: 'The task has already been cancelled.' } as const;
    const verdict = Verdict.parse({ type: 'Verdict', command_id: to!.command_id, applied: false, error });
    const meta = { id: 'v', source: 'orchestrator', time: '', owner: defaultOwner };
    await log.append([encodeMessage({ topic: topics.replies, key: to!.instance, name: 'Verdict' }, verdict, meta)]);
  };
  return { gateway, cancel, findNothing };
}

it('who asks again with the key of an undecided cancel, just before the cancel is seen, is told that it was done', async () => {
  const { gateway, cancel, findNothing } = await running({ GATEWAY_VERDICT_MS: '300' });
  expect((await cancel()).status).toBe(202);
  // The owner comes to the first command now: the second one's verdict finds nobody. The tail is a moment behind it.
  const again = cancel();
  await findNothing(1);
  const first = await again;
  const later = await cancel();
  expect([first.status, later.status]).toEqual([200, 200]);
  await gateway.close();
});

it('who is overtaken by the same wish at another gateway is told that it was done', async () => {
  const { gateway, cancel, findNothing } = await running();
  const first = cancel();
  await findNothing(0);
  expect((await first).status).toBe(200);
  await gateway.close();
});

it('who is overtaken without a key is told that the task has ended: nobody can have had the same wish', async () => {
  const { gateway, cancel, findNothing } = await running();
  const first = cancel({});
  await findNothing(0);
  expect((await first).status).toBe(409);
  await gateway.close();
});
