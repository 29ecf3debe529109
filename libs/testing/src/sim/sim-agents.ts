/**
 * A node of agents in a simulated process, behind the real work queue consumer. What an agent answers is chance, as a model's answer is:
 * the same work done twice gives two answers. Each names the activation that it is for, so that it can be told which one was applied.
 */
import {
  AgentWork,
  decodeMessage,
  encodeMessage,
  failureOf,
  ownerOf,
  PlatformError,
  SearchWork,
  topics,
  type ActivationResult,
  type CallResult,
  type Failure,
  type IncomingMessage,
  type Outcome,
  type TaskResult,
} from '@waybill/contracts';
import { WorkQueueConsumer, type DeadLetter } from '@waybill/messaging';
import { activationName, type Answers } from './answers.ts';
import type { SimLog } from './sim-log.ts';
import type { Life } from './sim-process.ts';

export interface AgentParts {
  readonly life: Life;
  readonly log: SimLog;
  readonly answers: Answers;
  readonly queues: readonly string[];
}

const mostTurns = 3;

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
  constructor(private readonly parts: AgentParts) {}

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
    const result = resultOf(work, this.outcomeOf(work));
    await this.send(message, result);
    if (this.parts.life.world.faults.hits('result sent twice')) await this.send(message, result);
  }

  private outcomeOf(work: AgentWork): Outcome {
    const { random, world } = this.parts.life;
    const half = Math.floor(work.max_tokens / 2);
    const usage = { prompt_tokens: random.int(0, half), completion_tokens: random.int(0, half) };
    if (world.faults.hits('transient failure'))
      return { ...this.transientFailure(), ...(random.chance(0.7) ? { usage } : {}) };
    if (world.faults.hits('permanent failure'))
      return { status: 'failed', error: failureOf(new PlatformError('agent_failed')), usage };
    if (work.turn < mostTurns && random.chance(0.3)) return { ...this.suspension(work), usage };
    return { status: 'completed', output: { by: activationName(work), answer: this.parts.answers.next() }, usage };
  }

  private transientFailure(): Outcome {
    const error: Failure = failureOf(new PlatformError('model_failed'));
    return { status: 'failed', error: this.parts.life.random.chance(0.3) ? { ...error, retry_after_ms: 300 } : error };
  }

  private suspension(work: AgentWork): Outcome {
    const { life, answers } = this.parts;
    const calls = Array.from({ length: life.random.int(1, 3) }, () => ({
      kind: 'knowledge.search' as const,
      input: { query: `${activationName(work)} asks ${answers.next()}` },
    }));
    return { status: 'suspended', calls, ...(life.random.chance(0.5) ? { thought: 'look it up' } : {}) };
  }

  private async search(message: IncomingMessage, { call, input, not_after }: SearchWork): Promise<void> {
    const { clock, random, world } = this.parts.life;
    if (!call || clock.now() > not_after) return;
    await this.pause(random.between(1, 40));
    if (world.faults.hits('no answer')) return;
    const observation = { hits: [], asked: input['query'] ?? null, answer: this.parts.answers.next() };
    const fails = world.faults.hits('search fails');
    const result: CallResult = {
      type: 'CallResult',
      ...call,
      outcome: fails
        ? { status: 'failed', error: failureOf(new PlatformError('unavailable')) }
        : { status: 'completed', observation },
    };
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

function resultOf({ plan_id, step_id, work_id, epoch, turn }: AgentWork, outcome: Outcome): ActivationResult {
  return { type: 'ActivationResult', plan_id, step_id, work_id, epoch, turn, outcome };
}
