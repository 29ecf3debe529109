/** A work item that was dead-lettered becomes a failed result, so that its plan does not wait for its deadline. */
import { AgentWork, ownerOf, type IncomingMessage } from '@waybill/contracts';
import type { Clock, DeadLetter, MessageLog } from '@waybill/messaging';
import { resultMessage } from '../domain/activation.ts';

const Named = AgentWork.pick({ plan_id: true, step_id: true, work_id: true, epoch: true, turn: true });

export class ReportPoisoned {
  constructor(
    private readonly log: Pick<MessageLog, 'append'>,
    private readonly clock: Clock,
  ) {}

  /** What does not even say which activation it is cannot be answered. */
  async execute({ message, failure }: DeadLetter): Promise<void> {
    const named = Named.safeParse(jsonOf(message));
    if (!named.success) return;
    const error = {
      class: 'bug' as const,
      code: 'poisoned',
      detail: `The work could not be processed: ${failure.detail}`,
    };
    const cause = `${message.topic}/${message.partition}/${message.offset}`;
    const { traceparent, tracestate } = message.headers;
    const origin = { owner: ownerOf(message), traceparent, tracestate, cause };
    await this.log.append([resultMessage(named.data, { status: 'failed', error }, origin, this.clock.now())]);
  }
}

function jsonOf({ value }: IncomingMessage): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : JSON.parse(new TextDecoder().decode(value ?? undefined));
  } catch {
    return undefined;
  }
}
