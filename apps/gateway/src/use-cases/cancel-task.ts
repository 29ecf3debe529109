/**
 * Asks the owner of a task to cancel it, and waits a little for the verdict.
 * Promises: one idempotency key is one command here, and all who come with it get the first answer, also while it is still under way; who comes again
 * because it was undecided, or its answer was lost, or comes to several gateways at once, is told that the task is cancelled, not that it has ended already.
 */
import {
  canonicalJson,
  CancelRequest,
  endedStatuses,
  errorCodes,
  PlatformError,
  topics,
  Verdict,
  type CancelTask as CancelCommand,
  type ErrorCode,
  type Failure,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { checkShape } from '../domain/check-shape.ts';
import { commandRecord, type Caller } from '../domain/command-record.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { LogPositions } from '../ports/log-positions.ts';
import type { Replies } from '../ports/replies.ts';
import { FreshReads } from './fresh-reads.ts';
import type { ReadTasks } from './read-tasks.ts';
import { refuseOtherBody } from './submit-task.ts';

export interface CancelTaskParts {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly keys: KeyStore;
  readonly replies: Replies;
  readonly reads: ReadTasks;
  /** Of the live tail. */
  readonly tail: LogPositions;
  readonly verdictMs: number;
}

/** `isDecided` false: the verdict is still to come. */
export interface Cancelled {
  readonly status: string;
  readonly isDecided: boolean;
}

/** What is kept of a first answer; `refused`: why there was nothing to cancel. */
type Kept = Cancelled | { readonly refused: string };

interface Wish {
  readonly taskId: string;
  readonly reason: string | undefined;
  readonly caller: Caller;
  readonly commandId: string;
  /** The key was there before: the task may have been cancelled by this very wish. */
  readonly isAgain: boolean;
}

/** How long an answer waits for the events that it tells of. */
const seenMs = 1_000;

export class CancelTask {
  /** Under way, by tenant and idempotency key. */
  private readonly running = new Map<string, Promise<Cancelled>>();

  private readonly seen: FreshReads;

  constructor(private readonly parts: CancelTaskParts) {
    this.seen = new FreshReads({ ...parts, reader: parts.tail, patienceMs: seenMs });
  }

  /** Throws `task_ended` when there is nothing left to cancel. */
  async execute(taskId: string, body: unknown, caller: Caller): Promise<Cancelled> {
    const { reason } = checkShape(CancelRequest, body ?? {}, { fields: ['reason'] });
    const { idempotencyKey: key, owner } = caller;
    const wish: Wish = { taskId, reason, caller, commandId: this.parts.crypto.newId(), isAgain: false };
    if (key === undefined) return this.cancel(wish);
    const reserved = await this.reserve(key, wish);
    const place = `${owner.tenant}\n${key}`;
    let answer = this.running.get(place);
    if (!answer) {
      answer = this.answerOnce(key, reserved).finally(() => this.running.delete(place));
      this.running.set(place, answer);
    }
    return answer;
  }

  /** The wish that the key stands for. Throws when the key belongs to another request. */
  private async reserve(key: string, wish: Wish): Promise<Wish> {
    const { keys, crypto } = this.parts;
    const { taskId, reason, caller, commandId } = wish;
    const bodyHash = crypto.sha256(`cancel\n${canonicalJson([taskId, reason ?? null])}`);
    const row = await keys.reserve({ tenant: caller.owner.tenant, key, bodyHash, entityId: commandId });
    refuseOtherBody(row.bodyHash, bodyHash);
    return { ...wish, commandId: row.entityId, isAgain: row.entityId !== commandId };
  }

  private async answerOnce(key: string, wish: Wish): Promise<Cancelled> {
    const { keys } = this.parts;
    const { tenant } = wish.caller.owner;
    const known = await keys.findAnswer(tenant, key);
    const kept = known === undefined ? await this.firstAnswer(wish) : (JSON.parse(known) as Kept);
    const isFinal = 'refused' in kept || kept.isDecided;
    if (known === undefined && isFinal) await keys.saveAnswer(tenant, key, JSON.stringify(kept));
    if ('refused' in kept) throw new PlatformError('task_ended', { detail: kept.refused });
    return kept;
  }

  private async firstAnswer(wish: Wish): Promise<Kept> {
    try {
      return await this.cancel(wish);
    } catch (error) {
      if (!(error instanceof PlatformError && error.code === 'task_ended')) throw error;
      return { refused: error.detail };
    }
  }

  private async cancel(wish: Wish): Promise<Cancelled> {
    const status = await this.parts.reads.status(wish.taskId);
    if (wish.isAgain && status === 'cancelled') return { status, isDecided: true };
    if (endedStatuses.has(status)) throw new PlatformError('task_ended', { detail: `The task is ${status} already.` });
    const verdict = await this.ask(wish);
    if (!verdict) return { status, isDecided: false };
    await this.seeEvents();
    if (!verdict.applied) {
      // The same wish at another gateway may have been faster.
      const isShared = wish.caller.idempotencyKey !== undefined;
      if (isShared && (await this.parts.reads.status(wish.taskId)) === 'cancelled')
        return { status: 'cancelled', isDecided: true };
      throw errorOf(verdict.error);
    }
    return { status: verdict.task_status ?? 'cancelled', isDecided: true };
  }

  private async ask({ taskId, reason, caller, commandId }: Wish): Promise<Verdict | undefined> {
    const { log, clock, replies, verdictMs } = this.parts;
    const reply = replies.waitFor(commandId, verdictMs);
    const command: CancelCommand = {
      type: 'CancelTask',
      task_id: taskId,
      reason: reason ?? 'Cancelled by the client.',
      reply_to: { instance: replies.instance, command_id: commandId },
    };
    const meta = { id: commandId, time: new Date(clock.now()).toISOString(), caller };
    await log.append([
      commandRecord({ topic: topics.taskRequests, key: taskId }, 'CancelTask', JSON.stringify(command), meta),
    ]);
    const verdict = Verdict.safeParse(await reply);
    return verdict.success ? verdict.data : undefined;
  }

  /** The verdict comes on a topic of its own: a read that follows must see what it is about. It stands, whatever the log does not say now. */
  private async seeEvents(): Promise<void> {
    await this.seen.wait(topics.planEvents).catch(() => undefined);
  }
}

/** A failure that came over the log, as an error of this process; codes of newer services are kept apart by their class alone. */
export function errorOf(failure: Failure | undefined): PlatformError {
  if (!failure) return new PlatformError('internal');
  const code = (errorCodes as readonly string[]).includes(failure.code)
    ? (failure.code as ErrorCode)
    : codeOfClass[failure.class];
  return new PlatformError(code, {
    detail: failure.detail,
    ...(failure.retry_after_ms === undefined ? {} : { retryAfterMs: failure.retry_after_ms }),
  });
}

const codeOfClass: Record<Failure['class'], ErrorCode> = {
  invalid: 'invalid_request',
  denied: 'model_refused',
  not_found: 'not_found',
  conflict: 'task_ended',
  transient: 'unavailable',
  exhausted: 'budget_exhausted',
  cancelled: 'cancelled',
  bug: 'internal',
};
