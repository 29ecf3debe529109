/**
 * Work for a platform that is killed meanwhile: tasks that are always running, each submitted with one key until it is accepted and followed over every
 * crash. What has to hold of each of them afterwards says `checks.ts`.
 */
import { randomUUID } from 'node:crypto';
import { ApiError, type WaybillClient } from '@waybill/client';
import type { PlanEvent } from '@waybill/contracts';

const step = (id: string, needs: string[]): object => ({
  agent: 'echo',
  needs,
  with: { step: id, of: '${{ input.id }}' },
});
const passage = { document_id: 'd', name: 'guide.md', place: 'Intro', score: 1 };
const text = Array.from({ length: 40 }, (_, at) => `Sentence ${at} says what a waybill names.`).join(' ');
/** Its answer takes as long as the simulated model is told to speak. */
const speech = (limits: object): object => ({
  steps: {
    a: { agent: 'writer', with: { goal: 'What does a waybill name?', passages: [{ ...passage, text }] }, ...limits },
  },
  output: '${{ input.id }}',
});

/** What a task does: steps that need each other, or one whose time is up or that is cancelled while it speaks. */
export const kinds = {
  steps: {
    definition: {
      steps: {
        a: step('a', []),
        b: step('b', ['a']),
        c: step('c', ['a']),
        d: step('d', ['b', 'c']),
        e: step('e', ['d']),
      },
      output: '${{ steps.e.output.of }}',
    },
    ends: ['TaskCompleted'],
  },
  late: { definition: speech({ timeout: '300ms', retry: { max_attempts: 2 } }), ends: ['TaskFailed', 'TaskCompleted'] },
  cancelled: { definition: speech({}), ends: ['TaskCancelled', 'TaskCompleted'] },
} as const;
export type Kind = keyof typeof kinds;

export interface Followed {
  readonly kind: Kind;
  readonly key: string;
  readonly taskId: string;
  readonly events: readonly PlanEvent[];
}

export interface LoadOptions {
  /** What each waits for before it submits. */
  readonly before?: () => Promise<void>;
  /** What is submitted, in turn; default: steps that need each other. */
  readonly turns?: readonly Kind[];
}

/** Keeps so many tasks running until it is stopped, spread over the addresses. */
export class Load {
  /** The current start: whoever lost its connection waits for it, and all return in the same moment. */
  up: Promise<void> = Promise.resolve();
  heard = 0;
  /** What was heard last of each task that is not known to have ended. */
  private readonly open = new Map<string, string>();
  private submitting = 0;
  private lastRefusal = 'none';
  readonly ended: Promise<Followed[]>;
  private begun = 0;
  private stopped = false;

  private readonly before: () => Promise<void>;
  private readonly turns: readonly Kind[];

  constructor(clients: readonly WaybillClient[], running: number, { before, turns }: LoadOptions = {}) {
    this.before = before ?? (() => Promise.resolve());
    this.turns = turns ?? ['steps'];
    const lanes = Array.from({ length: running }, (_, nth) => this.lane(clients[nth % clients.length]!));
    this.ended = Promise.all(lanes).then((all) => all.flat());
  }

  stop(): void {
    this.stopped = true;
  }

  /** What it waits for. */
  describe(): string {
    const some = [...this.open].slice(0, 3).map(([taskId, last]) => `${taskId} after ${last}`);
    const waiting = `${this.submitting} are being submitted, ${this.open.size} have been accepted and not ended`;
    return `${this.heard} events heard of ${this.begun} tasks; ${waiting}: ${some.join(', ')}; the last refusal: ${this.lastRefusal}`;
  }

  private async lane(client: WaybillClient): Promise<Followed[]> {
    const done: Followed[] = [];
    for (await this.before(); !this.stopped; await this.before()) {
      this.begun += 1;
      done.push(await this.oneTask(client, this.turns[this.begun % this.turns.length]!));
    }
    return done;
  }

  private async oneTask(client: WaybillClient, kind: Kind): Promise<Followed> {
    const key = randomUUID();
    const task = { definition: kinds[kind].definition as never, input: { id: key } };
    this.submitting += 1;
    const taskId = await this.persistently(async () => (await client.submit(task, { idempotencyKey: key })).task_id);
    this.submitting -= 1;
    this.open.set(taskId, 'nothing');
    if (kind === 'cancelled') await this.persistently(() => cancel(client, taskId));
    const events: PlanEvent[] = [];
    const again = (): Promise<boolean> => this.up.then(() => true);
    for await (const frame of client.follow(taskId, { again })) {
      if (frame.kind !== 'event') continue;
      events.push(frame.event);
      this.open.set(taskId, `${frame.event.seq} ${frame.event.type}`);
      this.heard += 1;
    }
    this.open.delete(taskId);
    return { kind, key, taskId, events };
  }

  private persistently<T>(ask: () => Promise<T>): Promise<T> {
    return persistently(ask, (error) => {
      this.lastRefusal = String(error);
      return this.up;
    });
  }
}

/** Until it is neither refused for now nor broken off; `again`: before it is asked anew. */
export async function persistently<T>(
  ask: () => Promise<T>,
  again: (why: unknown) => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isBusy = error instanceof ApiError && error.problem.class === 'transient';
      if (!isBusy && !(error instanceof TypeError)) throw error; // a connection that broke, or "not just now"
      await again(error);
      await new Promise((resolve) => setTimeout(resolve, isBusy ? 100 : 0)); // as a client that is told to wait
    }
  }
}

/** One that has ended meanwhile is as good as cancelled. */
async function cancel(client: WaybillClient, taskId: string): Promise<void> {
  try {
    await client.cancel(taskId);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'task_ended') throw error;
  }
}
