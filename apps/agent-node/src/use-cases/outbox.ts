/**
 * Puts on the log, as one append, what is ready in the same turn: the activations of one delivery mostly are.
 * Promises: order is kept; what is given resolves when it is durable, and rejects as the append does that it went with.
 */
import type { OutgoingMessage } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';

interface Append {
  readonly messages: OutgoingMessage[];
  readonly written: Promise<unknown>;
}

export class Outbox {
  private next: Append | undefined = undefined;

  constructor(private readonly log: Pick<MessageLog, 'append'>) {}

  append(messages: readonly OutgoingMessage[]): Promise<unknown> {
    this.next ??= this.open();
    this.next.messages.push(...messages);
    return this.next.written;
  }

  private open(): Append {
    const messages: OutgoingMessage[] = [];
    const written = Promise.resolve().then(() => {
      this.next = undefined;
      return this.log.append(messages);
    });
    return { messages, written };
  }
}
