/**
 * Feeds events and tokens to memory, from the end on: what is older is in the read model. Requests are in memory where this gateway took them in itself.
 * Promises: one pass over a batch, nothing parsed but tokens; streams are told once a batch; what is missing in between is read from the store. No alarm
 * is raised about it here: memory may hold first events that came again, while the task is far beyond them. The read model knows what the record lacks.
 */
import { Controller, Inject } from '@nestjs/common';
import { messageText, topics, type IncomingMessage, type TokenChunk } from '@waybill/contracts';
import { Broadcast, type RecordBatch } from '@waybill/messaging';
import { eventTypeOf } from '../../domain/event-text.ts';
import { LiveTasks } from '../../domain/live-tasks.ts';
import { FollowTask } from '../../use-cases/follow-task.ts';
import { ALARMS, eachReadable, type Alarms } from './alarms.ts';

@Controller()
export class LiveTailConsumer {
  constructor(
    @Inject(LiveTasks) private readonly tasks: LiveTasks,
    @Inject(FollowTask) private readonly streams: FollowTask,
    @Inject(ALARMS) private readonly alarms: Alarms,
  ) {}

  @Broadcast({ topics: [topics.planEvents, topics.taskTokens], from: 'end' })
  onBatch({ records }: RecordBatch): void {
    eachReadable(records, this.alarms, (record) => this.take(record));
    this.streams.flushEnding();
  }

  private take(record: IncomingMessage): void {
    const { tasks, alarms } = this;
    if (record.topic === topics.planEvents) {
      const type = eventTypeOf(record.headers['ce_type']);
      const outcome = tasks.apply(record.key, type, messageText(record));
      if (outcome === 'unreadable') alarms.onUnreadable(record);
    } else {
      const { step_id, work_id, epoch, turn, index, text } = JSON.parse(messageText(record)) as TokenChunk;
      tasks.addToken(record.key, { step_id, work_id, epoch, turn, index, text, offset: record.offset });
    }
  }
}
