/** Answers that come to this instance, by the id of the command they answer. Late ones find nobody and are passed over. */
import { messageText, topics, type IncomingMessage } from '@waybill/contracts';
import type { Clock, MessageLog, RecordBatch, Tail } from '@waybill/messaging';
import type { Replies } from '../../ports/replies.ts';

export class ReplyInbox implements Replies {
  private readonly waiting = new Map<string, (body: unknown) => void>();
  private tail: Tail | undefined;

  constructor(
    private readonly parts: {
      log: MessageLog;
      clock: Clock;
      instance: string;
      onUnreadable(message: IncomingMessage): void;
    },
  ) {}

  get instance(): string {
    return this.parts.instance;
  }

  async start(): Promise<void> {
    this.tail = await this.parts.log.tail({
      topics: [topics.replies],
      from: 'end',
      onRecords: (batch) => this.take(batch),
    });
  }

  async close(): Promise<void> {
    await this.tail?.close();
    for (const answer of this.waiting.values()) answer(undefined);
  }

  waitFor(commandId: string, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve) => {
      const cancel = this.parts.clock.after(timeoutMs, () => this.waiting.get(commandId)?.(undefined));
      this.waiting.set(commandId, (body) => {
        cancel();
        this.waiting.delete(commandId);
        resolve(body);
      });
    });
  }

  private take(batch: RecordBatch): void {
    if (this.waiting.size === 0) return;
    for (const record of batch.records) {
      if (record.key !== this.parts.instance) continue;
      try {
        const body = JSON.parse(messageText(record)) as { command_id?: string };
        this.waiting.get(body.command_id ?? '')?.(body);
      } catch {
        this.parts.onUnreadable(record);
      }
    }
  }
}
