/**
 * Tails requests, events and tokens from the end, without a group, into memory.
 * Promises: one pass over a batch, nothing parsed but tokens; streams are told once a batch; a gap raises an alarm and is read from the store.
 */
import { messageText, topics, type IncomingMessage, type TokenChunk } from '@waybill/contracts';
import type { Clock, MessageLog, RecordBatch, Tail } from '@waybill/messaging';
import { eventTypeOf } from '../../domain/event-text.ts';
import type { LiveTasks } from '../../domain/live-tasks.ts';
import { Positions } from '../../domain/positions.ts';
import type { LogPositions } from '../../ports/log-positions.ts';

const tailedTopics = [topics.taskRequests, topics.planEvents, topics.taskTokens];

export interface LiveTailOptions {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly tasks: LiveTasks;
  onGap(taskId: string): void;
  onUnreadable(message: IncomingMessage): void;
  /** After each batch: what streams have to send may be sent. */
  onBatch(): void;
}

export class LiveTail implements LogPositions {
  private readonly positions: Positions;
  private tail: Tail | undefined;

  constructor(private readonly options: LiveTailOptions) {
    this.positions = new Positions((ms, callback) => options.clock.after(ms, callback));
  }

  async start(): Promise<void> {
    const { log } = this.options;
    const from = new Map<string, readonly number[]>();
    for (const topic of tailedTopics) {
      const ends = await log.endOffsets(topic);
      from.set(topic, ends);
      for (const [partition, end] of ends.entries()) this.positions.moved(topic, partition, end);
    }
    this.tail = await log.tail({ topics: tailedTopics, from, onRecords: (batch) => this.take(batch) });
  }

  waitFor(topic: string, endOffsets: readonly number[], timeoutMs: number): Promise<void> {
    return this.positions.waitFor(topic, endOffsets, timeoutMs);
  }

  async close(): Promise<void> {
    await this.tail?.close();
  }

  private take(batch: RecordBatch): void {
    for (const record of batch.records) {
      try {
        this.takeRecord(record);
      } catch {
        this.options.onUnreadable(record);
      }
    }
    this.positions.moved(batch.topic, batch.partition, batch.nextOffset);
    this.options.onBatch();
  }

  private takeRecord(record: IncomingMessage): void {
    const { options } = this;
    const { tasks } = options;
    const type = eventTypeOf(record.headers['ce_type'] ?? '');
    if (record.topic === topics.planEvents) {
      const outcome = tasks.apply(record.key, type, messageText(record));
      if (outcome === 'gap') options.onGap(record.key);
      else if (outcome === 'unreadable') options.onUnreadable(record);
    } else if (record.topic === topics.taskRequests) {
      if (type === 'SubmitTask') tasks.submit(record.key, messageText(record));
    } else {
      const { step_id, work_id, epoch, turn, index, text } = JSON.parse(messageText(record)) as TokenChunk;
      tasks.addToken(record.key, { step_id, work_id, epoch, turn, index, text, offset: record.offset });
    }
  }
}
