/** Asks the owner of a task to cancel it, and waits a little for the verdict. */
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

export class CancelTask {
  constructor(private readonly parts: CancelTaskParts) {}

  /** Throws `task_ended` when there is nothing left to cancel. */
  async execute(taskId: string, body: unknown, caller: Caller): Promise<Cancelled> {
    const { reason } = checkShape(CancelRequest, body ?? {}, { fields: ['reason'] });
    const known = await this.knownAnswer(taskId, reason, caller);
    if (known) return known;
    const status = await this.parts.reads.status(taskId);
    if (endedStatuses.has(status)) throw new PlatformError('task_ended', { detail: `The task is ${status} already.` });
    const verdict = await this.ask(taskId, reason ?? 'Cancelled by the client.', caller);
    if (!verdict) return { status, isDecided: false };
    if (!verdict.applied) throw errorOf(verdict.error);
    await this.seeEvents();
    const cancelled: Cancelled = { status: verdict.task_status ?? 'cancelled', isDecided: true };
    const { idempotencyKey: key, owner } = caller;
    if (key !== undefined) await this.parts.keys.saveAnswer(owner.tenant, key, JSON.stringify(cancelled));
    return cancelled;
  }

  private async knownAnswer(
    taskId: string,
    reason: string | undefined,
    { idempotencyKey: key, owner }: Caller,
  ): Promise<Cancelled | undefined> {
    if (key === undefined) return undefined;
    const { keys, crypto } = this.parts;
    const bodyHash = crypto.sha256(`cancel\n${canonicalJson([taskId, reason ?? null])}`);
    const row = await keys.reserve({ tenant: owner.tenant, key, bodyHash, entityId: taskId });
    refuseOtherBody(row.bodyHash, bodyHash);
    const answer = await keys.findAnswer(owner.tenant, key);
    return answer === undefined ? undefined : (JSON.parse(answer) as Cancelled);
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
