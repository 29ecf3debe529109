import { defaultOwner, encodeMessage, topics, Verdict, type CancelTask } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog, until } from '@waybill/testing';
import { expect, it } from 'vitest';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';

it('who asks again with the key of an undecided cancel, just before the cancel is seen, is told that it was done', async () => {
  const log = new InMemoryMessageLog({ clock: systemClock });
  const gateway = await GatewayFixture.start(log, { settings: { GATEWAY_VERDICT_MS: '300' } });
  await gateway.announce('echo');
  const taskId = await gateway.submit({ definition: { steps: { s1: { agent: 'echo' } } } });
  const cancel = () => gateway.call('POST', `/v1/tasks/${taskId}/cancel`, undefined, { 'idempotency-key': 'c' });
  const asked = () =>
    log.recordsOf(topics.taskRequests).filter(({ headers }) => headers['ce_type']!.includes('CancelTask'));
  expect((await cancel()).status).toBe(202);
  // The owner comes to the first command now: its verdict finds nobody. The tail is a moment behind it.
  const again = cancel();
  await until(() => asked().length === 2, undefined, 1_000_000);
  const usage = { prompt_tokens: 0, completion_tokens: 0, steps: 0 };
  await gateway.emit(taskId, lifeOf(taskId)[0]!, { seq: 2, type: 'TaskCancelled', data: { reason: 'x', usage } });
  // What the core says of the second command: the task has ended.
  const { reply_to: to } = JSON.parse(String(asked()[1]!.value)) as CancelTask;
  const error = { class: 'conflict', code: 'task_ended', detail: 'The task has already been cancelled.' } as const;
  const verdict = Verdict.parse({ type: 'Verdict', command_id: to!.command_id, applied: false, error });
  const meta = { id: 'v', source: 'orchestrator', time: '', owner: defaultOwner };
  await log.append([encodeMessage({ topic: topics.replies, key: to!.instance, name: 'Verdict' }, verdict, meta)]);
  const first = await again;
  const later = await cancel();
  expect([first.status, later.status]).toEqual([200, 200]);
  await gateway.close();
});
