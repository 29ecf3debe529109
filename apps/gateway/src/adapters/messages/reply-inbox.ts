/** Answers that come to this instance, by the id of the command they answer. Late ones find nobody and are passed over. */
import type { Clock } from '@waybill/messaging';
import type { Replies } from '../../ports/replies.ts';

export class ReplyInbox implements Replies {
  private readonly waiting = new Map<string, (body: unknown) => void>();

  constructor(
    readonly instance: string,
    private readonly clock: Clock,
  ) {}

  get isAwaited(): boolean {
    return this.waiting.size > 0;
  }

  take(body: unknown): void {
    const { command_id: commandId } = body as { command_id?: string };
    this.waiting.get(commandId ?? '')?.(body);
  }

  /** Nothing comes any more. */
  close(): void {
    for (const answer of this.waiting.values()) answer(undefined);
  }

  waitFor(commandId: string, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve) => {
      const answer = (body: unknown): void => {
        cancel();
        if (this.waiting.get(commandId) === answer) this.waiting.delete(commandId); // who asks again waits for itself
        resolve(body);
      };
      const cancel = this.clock.after(timeoutMs, () => answer(undefined));
      this.waiting.set(commandId, answer);
    });
  }
}
