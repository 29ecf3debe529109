/** `tracestate` goes wherever `traceparent` does. */
import 'reflect-metadata';
import { builtInAgents } from '@waybill/agents';
import { defaultOwner, encodeMessage, topics, type AgentWork, type IncomingMessage } from '@waybill/contracts';
import { SimulatedModel } from '@waybill/models';
import { InMemoryMessageLog, ManualClock, until } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { startAgentNode } from './start-agent-node.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const passages = [
  { document_id: 'd', name: 'guide.md', place: '', text: 'A waybill names the goods and the way they go.', score: 1 },
];

it('is on the result, the tokens and the model call of an activation, and on the answer for what is poisoned', async () => {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock });
  onTestFinished(() => log.close());
  const seen: IncomingMessage[] = [];
  const watched = [topics.taskResults, topics.taskTokens, topics.modelCalls];
  await log.tail({ topics: watched, from: 'start', onRecords: ({ records }) => void seen.push(...records) });
  const node = await startAgentNode({ log, clock, agents: builtInAgents, model: new SimulatedModel() });
  onTestFinished(() => node.close());
  const ids = { plan_id: 'p1', step_id: 's', work_id: 'w1', epoch: 1, turn: 0 };
  const rest = {
    agent: 'writer',
    input: { goal: 'What does a waybill name?', passages },
    journal: [],
    max_tokens: 900,
    priority: 5,
  };
  const work: AgentWork = { type: 'Activate', ...ids, ...rest, not_after: clock.now() + 60_000 };
  const meta = { id: 'x', source: 'spec', time: '', owner: defaultOwner, traceparent, tracestate: 'v=1' };
  const send = (body: object) =>
    log.append([encodeMessage({ topic: 'tasks.agent.writer', key: 'w1', name: 'Activate' }, body, meta)]);
  await send(work);
  await send({ type: 'Activate', ...ids, work_id: 'w2' });
  await until(() => seen.filter(({ topic }) => topic === topics.taskResults).length === 2, clock);
  await until(() => seen.some(({ topic }) => topic === topics.modelCalls), clock);
  expect(new Set(seen.map(({ topic }) => topic))).toEqual(new Set(watched));
  expect(new Set(seen.map(({ headers }) => headers['tracestate']))).toEqual(new Set(['v=1']));
});
