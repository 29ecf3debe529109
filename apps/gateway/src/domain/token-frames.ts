/**
 * Tokens as frames of one stream: which were sent, and when an attempt begins anew for the client.
 * Promise: none of an activation whose end the client has from here, also when memory does not know of the end: it may have forgotten the task, or be of a
 * gateway that was started since, while tokens come again (late, or of work that was done twice).
 */
import { activationEndIn, HeardTokens } from './heard-tokens.ts';
import type { LiveTask, LiveToken } from './live-task.ts';

const activationOf = ({ epoch, turn }: LiveToken): string => `${epoch}.${turn}`;

export class TokenFrames {
  /** Offset on the log of the last token that was sent; -1: none. */
  offset: number;
  /** The activation whose tokens the client has, by work. */
  private readonly shown = new Map<string, string>();
  private readonly heard = new HeardTokens();
  private readonly isResumedBlindly: boolean;

  constructor(task: LiveTask, { after, tokenOffset }: { readonly after: number; readonly tokenOffset?: number }) {
    this.offset = tokenOffset ?? -1;
    this.isResumedBlindly = after > 0 && tokenOffset === undefined;
    for (const token of task.tokensAfter(-1)) {
      if (token.offset <= this.offset) this.shown.set(token.work_id, activationOf(token));
    }
  }

  /** The client was sent an event that memory may not hold. */
  hear(type: string, text: string): void {
    const end = activationEndIn(type, text);
    if (end) this.heard.end(end);
  }

  /** Everything beyond what was sent. */
  take(task: LiveTask, seq: number): string {
    let frames = '';
    for (const token of task.tokensAfter(this.offset)) {
      if (!this.heard.take(token)) {
        this.offset = token.offset; // who resumes is not shown it either
        continue;
      }
      const reset = this.resetBefore(token);
      if (reset) frames += `id: ${seq}.${this.offset}\nevent: attempt.reset\ndata: ${reset}\n\n`;
      this.offset = token.offset;
      const { offset: _offset, ...data } = token;
      frames += `id: ${seq}.${token.offset}\nevent: token\ndata: ${JSON.stringify(data)}\n\n`;
    }
    return frames;
  }

  private resetBefore(token: LiveToken): string | undefined {
    const activation = activationOf(token);
    const before = this.shown.get(token.work_id);
    if (before === activation) return undefined;
    this.shown.set(token.work_id, activation);
    const isRetry =
      before === undefined ? token.epoch > 1 || this.isResumedBlindly : !before.startsWith(`${token.epoch}.`);
    if (!isRetry) return undefined;
    return JSON.stringify({ step_id: token.step_id, work_id: token.work_id, epoch: token.epoch, turn: token.turn });
  }
}
