/**
 * Asks the owner of a task to cancel it, and waits a little for the verdict.
 * Promise: one idempotency key is one command here, and all who come with it get the first answer, also while it is still under way.
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

interface Wish {
  readonly taskId: string;
  readonly reason: string | undefined;
  readonly caller: Caller;
}

export class CancelTask {
  /** Under way, by tenant and idempotency key. */
  private readonly running = new Map<string, Promise<Cancelled>>();

  constructor(private readonly parts: CancelTaskParts) {}

  /** Throws `task_ended` when there is nothing left to cancel. */
  async execute(taskId: string, body: unknown, caller: Caller): Promise<Cancelled> {
    const { reason } = checkShape(CancelRequest, body ?? {}, { fields: ['reason'] });
    const { idempotencyKey: key, owner } = caller;
    if (key === undefined) return this.cancel(taskId, reason, caller);
    const wish = { taskId, reason, caller };
    await this.reserve(key, wish);
    const place = `${owner.tenant}\n${key}`;
    let answer = this.running.get(place);
    if (!answer) {
      answer = this.answerOnce(key, wish).finally(() => this.running.delete(place));
      this.running.set(place, answer);
    }
    return answer;
  }

  /** Throws when the key belongs to another request. */
  private async reserve(key: string, { taskId, reason, caller }: Wish): Promise<void> {
    const { keys, crypto } = this.parts;
    const bodyHash = crypto.sha256(`cancel\n${canonicalJson([taskId, reason ?? null])}`);
    const row = await keys.reserve({ tenant: caller.owner.tenant, key, bodyHash, entityId: taskId });
    refuseOtherBody(row.bodyHash, bodyHash);
  }

  private async answerOnce(key: string, { taskId, reason, caller }: Wish): Promise<Cancelled> {
    const { keys } = this.parts;
    const { tenant } = caller.owner;
    const known = await keys.findAnswer(tenant, key);
    if (known !== undefined) return JSON.parse(known) as Cancelled;
    const cancelled = await this.cancel(taskId, reason, caller);
    if (cancelled.isDecided) await keys.saveAnswer(tenant, key, JSON.stringify(cancelled));
    return cancelled;
  }

  private async cancel(taskId: string, reason: string | undefined, caller: Caller): Promise<Cancelled> {
    const status = await this.parts.reads.status(taskId);
    if (endedStatuses.has(status)) throw new PlatformError('task_ended', { detail: `The task is ${status} already.` });
    const verdict = await this.ask(taskId, reason ?? 'Cancelled by the client.', caller);
    if (!verdict) return { status, isDecided: false };
    if (!verdict.applied) throw errorOf(verdict.error);
    await this.seeEvents();
    return { status: verdict.task_status ?? 'cancelled', isDecided: true };
  }

  private async ask(taskId: string, reason: string, caller: Caller): Promise<Verdict | undefined> {
    const { log, clock, crypto, replies, verdictMs } = this.parts;
    const commandId = crypto.newId();
    const reply = replies.waitFor(commandId, verdictMs);
    const command: CancelCommand = {
      type: 'CancelTask',
      task_id: taskId,
      reason,
      reply_to: { instance: replies.instance, command_id: commandId },
    };
    const meta = { id: commandId, time: new Date(clock.now()).toISOString(), caller };
    await log.append([
      commandRecord({ topic: topics.taskRequests, key: taskId }, 'CancelTask', JSON.stringify(command), meta),
    ]);
    const verdict = Verdict.safeParse(await reply);
    return verdict.success ? verdict.data : undefined;
  }

  /** The verdict comes on a topic of its own: a read that follows must see what it is about. */
  private async seeEvents(): Promise<void> {
    const { log, tail } = this.parts;
    await tail.waitFor(topics.planEvents, await log.endOffsets(topics.planEvents), 1_000).catch(() => undefined);
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
