/** From records of the partition's two topics to the core's commands. What does not parse throws `invalid_request`. */
import { decodeMessage, TaskRequest, TaskResult, topics, type IncomingMessage, type ReplyTo } from '@waybill/contracts';
import type { PlanCommand } from '@waybill/workflow';

export interface AddressedCommand {
  readonly planId: string;
  readonly command: PlanCommand;
  /** Who waits for the verdict, if anybody does. */
  readonly replyTo?: ReplyTo;
}

/** `at`: ms since 1970; `jitter` in [0, 1). */
export function parseCommand(record: IncomingMessage, at: number, jitter: number): AddressedCommand {
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
