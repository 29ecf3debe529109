/** What makes a record unsound: each is found, and told in one sentence. */
import { defaultOwner, encodeMessage, topics, type OutgoingMessage } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import type { PlanStore, StoredPlan } from '@waybill/storage';
import { InMemoryMessageLog } from '@waybill/testing';
import { expect, it } from 'vitest';
import { verify } from './verify.ts';

const planId = '01999f2e-6c00-7c11-9d42-50aa1b6e77f0';
const time = '2026-11-21T10:00:00.000Z';
const accepted = { workflow: 'one@1', input: {}, priority: 5, labels: {}, budget: {} };
const event = (seq: number, type: string, data: object): OutgoingMessage =>
  encodeMessage(
    { topic: topics.planEvents, key: planId, name: type },
    { seq, type, time, data },
    { id: `${planId}/${seq}`, source: 'orchestrator', time, owner: defaultOwner },
  );
const begun = event(1, 'TaskAccepted', accepted);
const ended = (seq: number): OutgoingMessage =>
  event(seq, 'TaskCancelled', { reason: 'no', usage: { prompt_tokens: 0, completion_tokens: 0, steps: 0 } });

async function problemsOf(records: readonly OutgoingMessage[], stored: readonly OutgoingMessage[] | undefined) {
  const log = new InMemoryMessageLog({ clock: systemClock });
  for (const record of records) await log.append([record]);
  const events = stored?.map(({ value, headers }, index) => ({ seq: index + 1, value: String(value), headers }));
  const plans = new Map(events ? [[planId, { planId, events } as unknown as StoredPlan]] : []);
  const store = { load: () => Promise.resolve(plans) } as unknown as PlanStore;
  return (await verify(log, store)).problems;
}

it('finds nothing in a record that is sound, though an event came twice', async () => {
  expect(await problemsOf([begun, begun], [begun])).toEqual([]);
});

it.each([
  [
    'an event that came with two texts',
    [begun, event(1, 'TaskAccepted', { ...accepted, priority: 6 })],
    [begun],
    /two texts/,
  ],
  ['a gap', [begun, ended(3)], [begun, ended(2)], /no event 2, but event 3/],
  ['an event after the end', [begun, ended(2), ended(3)], [begun, ended(2)], /follows its terminal event/],
  ['a plan that the store lacks', [begun], undefined, /not in the store/],
  ['another state in the store', [begun], [begun, ended(2)], /another state/],
] as const)('finds %s', async (_what, records, stored, said) => {
  expect(await problemsOf(records, stored)).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
});
