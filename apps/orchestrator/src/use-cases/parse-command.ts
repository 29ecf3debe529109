/** From records of the partition's two topics to the core's commands. */
import {
  decodeMessage,
  isQueue,
  isText,
  PlatformError,
  TaskRequest,
  TaskResult,
  topics,
  type IncomingMessage,
  type ReplyTo,
} from '@waybill/contracts';
import type { PlanCommand } from '@waybill/workflow';

export interface AddressedCommand {
  readonly planId: string;
  readonly command: PlanCommand;
  /** Who waits for the verdict, if anybody does. */
  readonly replyTo?: ReplyTo;
}

export interface Parsed {
  readonly record: IncomingMessage;
  readonly addressed: AddressedCommand | undefined;
  /** Why it cannot be parsed, or carried out: `invalid_request`. */
  readonly error?: unknown;
}
export interface Addressed extends Parsed {
  readonly addressed: AddressedCommand;
}
export const isAddressed = (parsed: Parsed): parsed is Addressed => parsed.addressed !== undefined;

/** `at`: ms since 1970; `random`: in [0, 1). */
export function parseRecords(records: readonly IncomingMessage[], at: number, random: () => number): Parsed[] {
  return records.map((record) => {
    try {
      const addressed = parseCommand(record, at, random());
      refuseUnstorable(addressed);
      return { record, addressed, error: unpublishable(addressed) };
    } catch (error) {
      return { record, addressed: undefined, error };
    }
  });
}

/** PostgreSQL keeps no NUL, and no key over 2.7 KB. */
const maxIdChars = 256;

/** With what a store refuses every commit of the partition would be refused for ever. */
function refuseUnstorable({ planId }: AddressedCommand): void {
  if (planId.length > maxIdChars || !isText(planId))
    throw new PlatformError('invalid_request', {
      detail: `${JSON.stringify(planId.slice(0, maxIdChars))} is no id of a task.`,
    });
}

/** What no log takes would be published never, and nothing after it. Its task can be failed. */
function unpublishable({ command }: AddressedCommand): PlatformError | undefined {
  if (command.type !== 'SubmitTask') return undefined;
  const unnamed = Object.values(command.request.agents).find(({ queue }) => !isQueue(queue));
  if (!unnamed) return undefined;
  return new PlatformError('invalid_request', {
    detail: `${JSON.stringify(unnamed.queue.slice(0, maxIdChars))} is no queue.`,
  });
}

function parseCommand(record: IncomingMessage, at: number, jitter: number): AddressedCommand {
  if (record.topic === topics.taskResults) {
    const result = decodeMessage(record, TaskResult);
    return { planId: result.plan_id, command: { type: 'ApplyResult', result, at, jitter } };
  }
  const request = decodeMessage(record, TaskRequest);
  switch (request.type) {
    case 'SubmitTask':
      return { planId: request.task_id, command: { type: 'SubmitTask', request, at } };
    case 'CancelTask': {
      const command: PlanCommand = { type: 'CancelTask', reason: request.reason, at };
      return request.reply_to
        ? { planId: request.task_id, command, replyTo: request.reply_to }
        : { planId: request.task_id, command };
    }
  }
}
