/** For specs: one owner over an in-memory store, its input made by hand, its output kept as what a log would show. */
import {
  defaultOwner,
  encodeMessage,
  topics,
  type IncomingMessage,
  type NormalDefinition,
  type Outcome,
  type OutgoingMessage,
  type PlanEvent,
  type TaskRequest,
} from '@waybill/contracts';
import { refuseLargeRecords, type Clock, type MessageLog } from '@waybill/messaging';
import { InMemoryPlanStore, ManualClock, PlanRecord, type PlanStoreFaults } from '@waybill/testing';
import { decide, evolve, normaliseDefinition, type Core } from '@waybill/workflow';
import { deadLetterFor } from '../adapters/messages/dead-letter.ts';
import { OrchestratorConfig } from '../config.ts';
import { AdvancePlans } from '../use-cases/advance-plans.ts';
import type { Spans } from '../use-cases/ports.ts';

export interface BenchOptions {
  readonly core?: Core;
  readonly config?: Partial<OrchestratorConfig>;
  readonly faults?: PlanStoreFaults;
  readonly clock?: Clock;
}

export class OwnerBench {
  readonly clock = new ManualClock(1_700_000_000_000);
  readonly published: OutgoingMessage[] = [];
  readonly record = new PlanRecord();
  readonly woken: number[] = [];
  /** Why plans stand still. */
  readonly unreadablePlans: Error[] = [];
  /** Plans that the store was asked for. */
  readonly loaded: string[] = [];
  private readonly next = { [topics.taskRequests]: 0, [topics.taskResults]: 0 };

  /** A process that takes part; several share the record. */
  owner(options: BenchOptions = {}): AdvancePlans {
    const log = {
      append: (messages: readonly OutgoingMessage[]) => Promise.resolve(void this.published.push(...messages)),
    } as unknown as MessageLog;
    const store = new InMemoryPlanStore(this.record, log, options.faults);
    const load = store.load.bind(store);
    store.load = (planIds, coreVersion) => {
      this.loaded.push(...planIds);
      return load(planIds, coreVersion);
    };
    const ports = {
      core: options.core ?? { decide, evolve },
      store,
      clock: options.clock ?? this.clock,
      random: () => 0.5,
      spans: { startSpan: startSpanOf },
      counters: {
        decided: () => {},
        ignored: () => {},
        committed: () => {},
        poisoned: () => {},
        unreadable: (why: Error) => void this.unreadablePlans.push(why),
      },
      deadLetter: deadLetterFor(this.clock),
      refuseLarge: refuseLargeRecords,
      instanceId: 'test',
      config: OrchestratorConfig.parse(options.config ?? {}),
    };
    return new AdvancePlans(ports, (partition) => this.woken.push(partition));
  }

  submit(
    taskId: string,
    steps: Record<string, { needs?: string[]; timeout?: string }>,
    more: { priority?: number } = {},
  ): IncomingMessage {
    return this.request({
      type: 'SubmitTask',
      task_id: taskId,
      accepted_at: this.clock.now(),
      definition: definitionOf(steps),
      definition_hash: JSON.stringify(steps),
      input: {},
      agents: { echo: { queue: 'agent.echo', max_tokens: 0 } },
      priority: more.priority ?? 5,
      labels: {},
      budget: {},
    });
  }

  cancel(taskId: string): IncomingMessage {
    return this.request({
      type: 'CancelTask',
      task_id: taskId,
      reason: 'enough',
      reply_to: { instance: 'g', command_id: 'c-1' },
    });
  }

  /** Executes while time passes. */
  async execute(owner: AdvancePlans, records: readonly IncomingMessage[]): Promise<void> {
    let isOver = false;
    const executed = owner.execute({ partition: 0, records }).finally(() => (isOver = true));
    for (;;) {
      await new Promise(setImmediate);
      if (isOver) return executed;
      this.clock.advance(1);
    }
  }

  /** As its consumer does, when it is woken. */
  async passes(owner: AdvancePlans, ms: number, lookEveryMs: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += lookEveryMs) {
      this.clock.advance(lookEveryMs);
      if (this.woken.splice(0).length > 0) await owner.execute({ partition: 0, records: [] });
    }
  }

  /** The outcome of the step's newest dispatch. */
  result(taskId: string, stepId: string, outcome: Outcome): IncomingMessage {
    const dispatched = this.eventsOf(taskId).findLast(
      (event) => event.type === 'StepDispatched' && event.data.step_id === stepId,
    );
    if (dispatched?.type !== 'StepDispatched') throw new Error(`${stepId} was not dispatched`);
    const { step_id, work_id, epoch, turn } = dispatched.data;
    return this.incoming(topics.taskResults, taskId, 'ActivationResult', {
      type: 'ActivationResult',
      plan_id: taskId,
      step_id,
      work_id,
      epoch,
      turn,
      outcome,
    });
  }

  unreadable(): IncomingMessage {
    return { ...this.request({ type: 'CancelTask', task_id: 'x', reason: '' }), value: '{' };
  }

  eventsOf(taskId: string): PlanEvent[] {
    return this.published
      .filter(({ topic, key }) => topic === topics.planEvents && key === taskId)
      .map(({ value }) => JSON.parse(value as string) as PlanEvent);
  }

  typesOf(taskId: string): string[] {
    return this.eventsOf(taskId).map(({ type }) => type);
  }

  to(topic: string): OutgoingMessage[] {
    return this.published.filter((message) => message.topic === topic);
  }

  private request(request: TaskRequest): IncomingMessage {
    return this.incoming(topics.taskRequests, request.task_id, request.type, request);
  }

  private incoming(topic: 'task.requests' | 'task.results', key: string, name: string, body: unknown): IncomingMessage {
    const message = encodeMessage({ topic, key, name }, body, {
      id: key,
      source: 'test',
      time: '',
      owner: defaultOwner,
    });
    return { ...message, partition: 0, offset: this.next[topic]++, timestamp: 0 };
  }
}

const startSpanOf: Spans['startSpan'] = (_name, { parent = '00', tracestate }) => ({
  traceparent: `${parent}-trace`,
  tracestate,
  end: () => {},
});

export const completed: Outcome = { status: 'completed', output: 'done' };
export const unreachable: Outcome = {
  status: 'failed',
  error: { class: 'transient', code: 'model_failed', detail: 'no answer' },
};

function definitionOf(steps: Record<string, { needs?: string[] }>): NormalDefinition {
  const withAgents = Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, { agent: 'echo', ...step }]));
  const normal = normaliseDefinition({ name: 'spec', version: 1, steps: withAgents });
  if (!normal.ok) throw new Error(JSON.stringify(normal.problems));
  return normal.definition;
}
