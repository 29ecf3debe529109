/**
 * A node of agents in a simulated process, behind the real work queue consumer: the same work done twice
 * gives two answers.
 */
import {
  AgentWork,
  decodeMessage,
  encodeMessage,
  ownerOf,
  SearchWork,
  topics,
  type CallResult,
  type IncomingMessage,
  type TaskResult,
} from '@waybill/contracts';
import { WorkQueueConsumer, type DeadLetter } from '@waybill/messaging';
import type { Answers } from './answers.ts';
import type { SimLog } from './sim-log.ts';
import { agentOutcome, resultOf, searchOutcome, type Whim } from './sim-outcomes.ts';
import type { Life } from './sim-process.ts';

export interface AgentParts {
  readonly life: Life;
  readonly log: SimLog;
  readonly answers: Answers;
  readonly queues: readonly string[];
}

export async function startAgents(parts: AgentParts): Promise<WorkQueueConsumer> {
  const { life, log, queues } = parts;
  const agents = new SimAgents(parts);
  const consumer = new WorkQueueConsumer({
    log,
    clock: life.clock,
    random: life.random.next,
    group: 'agent-node',
    topics: queues,
    maxInFlight: life.random.pick([1, 4, 64]),
    maxAttempts: 3,
    backoff: { initialMs: 20, factor: 2, maxMs: 200 },
    remembered: life.random.pick([1, 1_000]),
    handle: (message) => agents.handle(message),
    onDeadLetter: (dead) => agents.giveUp(dead),
  });
  await consumer.start();
  return consumer;
}

class SimAgents {
  private readonly whim: Whim;

  constructor(private readonly parts: AgentParts) {
    const { life, answers } = parts;
    this.whim = {
      random: life.random,
      hits: (kind) => life.world.faults.hits(kind),
      nextAnswer: () => answers.next(),
    };
  }

  async handle(message: IncomingMessage): Promise<void> {
    if (message.headers['ce_type']?.includes('Search')) return this.search(message, decodeMessage(message, SearchWork));
    return this.activate(message, decodeMessage(message, AgentWork));
  }

  /** As a node must: work that cannot be done has an outcome as well. */
  async giveUp({ message, failure }: DeadLetter): Promise<void> {
    if (message.headers['ce_type']?.includes('Search')) return;
    const work = decodeMessage(message, AgentWork);
    await this.send(message, resultOf(work, { status: 'failed', error: { ...failure, class: 'bug' }, usage: none }));
  }

  private async activate(message: IncomingMessage, work: AgentWork): Promise<void> {
    const { clock, random, world } = this.parts.life;
    if (clock.now() > work.not_after) return;
    await this.pause(random.between(2, random.chance(0.1) ? 400 : 60));
    if (world.faults.hits('no answer')) return;
    if (world.faults.hits('agent throws')) throw new Error('the agent fell over');
    if (world.faults.hits('late result')) await this.pause(work.not_after - clock.now() + random.between(-5, 300));
    await this.answer(message, work);
    if (world.faults.hits('second answer')) await this.answer(message, work);
  }

  private async answer(message: IncomingMessage, work: AgentWork): Promise<void> {
    const result = resultOf(work, agentOutcome(work, this.whim));
    await this.send(message, result);
    if (this.parts.life.world.faults.hits('result sent twice')) await this.send(message, result);
  }

  private async search(message: IncomingMessage, work: SearchWork): Promise<void> {
    const { clock, random, world } = this.parts.life;
    const { call, not_after } = work;
    if (!call || clock.now() > not_after) return;
    await this.pause(random.between(1, 40));
    if (world.faults.hits('no answer')) return;
    const result: CallResult = { type: 'CallResult', ...call, outcome: searchOutcome(work, this.whim) };
    await this.send(message, result);
    if (world.faults.hits('result sent twice')) await this.send(message, result);
  }

  private async send(message: IncomingMessage, result: TaskResult): Promise<void> {
    const { life, log, answers } = this.parts;
    const id = `${message.headers['ce_id']}/${answers.given(result)}`;
    const time = new Date(life.clock.now()).toISOString();
    const meta = { id, source: life.name, time, owner: ownerOf(message) };
    await log.append([
      encodeMessage({ topic: topics.taskResults, key: result.plan_id, name: result.type }, result, meta),
    ]);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.parts.life.clock.after(ms, resolve));
  }
}

const none = { prompt_tokens: 0, completion_tokens: 0 };
