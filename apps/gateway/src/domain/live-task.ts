/**
 * What is known in memory of one task: its events as texts, from `first` on without a gap, and the tokens of activations that run.
 * It is a cache: what it does not hold is read from the store.
 */
import type { TokenFrame } from '@waybill/contracts';
import { eventFrame, isTerminal, timeInText } from './event-text.ts';
import { activationEndIn, HeardTokens } from './heard-tokens.ts';
import type { SubmittedTask } from './task-fold.ts';
import { madeAt } from './task-id.ts';

/** A piece of text on its way; `offset` is its place on the log, which every gateway sees alike. */
export interface LiveToken extends TokenFrame {
  readonly offset: number;
}

export type Applied = 'new' | 'old';

/** Who is told when something was added. Called synchronously, in the middle of a batch: only note it down. */
export type Watcher = () => void;

/** Roughly what a task costs besides its texts. */
const overhead = 400;
/** Of all that activations of a task have said and their events do not say yet: a watched task stays whole, and an agent may never end. */
const mostTokenBytes = 4 * 1024 * 1024;
const tokenBytes = (token: LiveToken): number => token.text.length + 64;

export class LiveTask {
  /** `seq` of the first event that is held; 1 unless it began before this process, or was lost in between. */
  first = 1;
  /** Until its first event has come: what was submitted, as the record says it. */
  submitted: string | undefined;
  ended = false;
  bytes = overhead;
  readonly watchers = new Set<Watcher>();
  readonly texts: string[] = [];
  readonly types: string[] = [];
  private tokens: LiveToken[] = [];
  private bytesOfTokens = 0;
  private readonly heard = new HeardTokens();

  constructor(readonly taskId: string) {}

  /** `seq` of the last event that is known. */
  get last(): number {
    return this.first + this.texts.length - 1;
  }

  /** When what is known last of it happened, ms since 1970. */
  get lastAt(): number {
    const last = this.texts.at(-1);
    return last === undefined ? madeAt(this.taskId) : timeInText(last);
  }

  /** Nothing would be lost with it. */
  get isEmpty(): boolean {
    return this.texts.length === 0 && this.submitted === undefined && this.tokens.length === 0;
  }

  /** After a gap it holds this event alone. */
  apply(seq: number, type: string, text: string): Applied {
    if (seq <= this.last) return 'old';
    if (seq > this.last + 1) this.skipTo(seq);
    this.texts.push(text);
    this.types.push(type);
    this.bytes += text.length + 32;
    if (this.submitted !== undefined) this.forgetSubmission();
    if (!this.heard.isEmpty) this.dropTokens(type, text);
    if (isTerminal(type)) {
      this.ended = true;
      this.keepTokens([]);
    }
    return 'new';
  }

  submit(text: string): void {
    if (this.texts.length > 0 || this.submitted !== undefined) return;
    this.submitted = text;
    this.bytes += text.length;
  }

  submission(): SubmittedTask | undefined {
    return this.submitted === undefined ? undefined : (JSON.parse(this.submitted) as SubmittedTask);
  }

  addToken(token: LiveToken): void {
    if (this.ended) return;
    if (this.heard.isEmpty) this.hearEnds();
    if (!this.heard.take(token)) return;
    this.tokens.push(token);
    this.bytes += tokenBytes(token);
    this.bytesOfTokens += tokenBytes(token);
    if (this.bytesOfTokens > mostTokenBytes) this.keepTokens(newest(this.tokens, mostTokenBytes / 2));
  }

  /** Of activations that run, beyond `offset`. */
  tokensAfter(offset: number): readonly LiveToken[] {
    const first = this.tokens.findIndex((token) => token.offset > offset);
    return first < 0 ? [] : this.tokens.slice(first);
  }

  /**
   * Frames with a greater `seq`, of about `maxChars` at most, and the `seq` of the last; only when `first <= seq + 1`.
   * With a token position the ids carry it.
   */
  framesAfter(seq: number, maxChars: number, tokenOffset?: number): { text: string; last: number } {
    const suffix = tokenOffset === undefined ? '' : `.${tokenOffset}`;
    let text = '';
    let at = seq + 1 - this.first;
    for (; at < this.texts.length && text.length < maxChars; at += 1) {
      text += eventFrame(`${this.first + at}${suffix}`, this.types[at]!, this.texts[at]!);
    }
    return { text, last: this.first + at - 1 };
  }

  tell(): void {
    for (const watcher of this.watchers) watcher();
  }

  private skipTo(seq: number): void {
    for (const text of this.texts) this.bytes -= text.length + 32;
    this.texts.length = 0;
    this.types.length = 0;
    this.first = seq;
  }

  private forgetSubmission(): void {
    this.bytes -= this.submitted!.length;
    this.submitted = undefined;
  }

  /** The event says what the tokens were leading to. */
  private dropTokens(type: string, text: string): void {
    const end = activationEndIn(type, text);
    if (!end) return;
    const hasSpoken = this.heard.knows(end.work_id);
    this.heard.end(end);
    if (!hasSpoken) return;
    this.keepTokens(
      this.tokens.filter(
        (token) =>
          token.work_id !== end.work_id ||
          token.epoch > end.epoch ||
          (token.epoch === end.epoch && end.turn !== undefined && token.turn > end.turn),
      ),
    );
  }

  /**
   * Tokens are on another topic than events: the end of an activation may be heard before the first of them. Once, before the first token of the task;
   * what ends later is heard as it comes. Of most tasks nobody says a token, so that their events need not be parsed.
   */
  private hearEnds(): void {
    for (const [at, type] of this.types.entries()) {
      const end = activationEndIn(type, this.texts[at]!);
      if (end) this.heard.end(end);
    }
  }

  private keepTokens(kept: LiveToken[]): void {
    this.bytes -= this.bytesOfTokens;
    this.bytesOfTokens = kept.reduce((sum, token) => sum + tokenBytes(token), 0);
    this.bytes += this.bytesOfTokens;
    this.tokens = kept;
  }
}

/** Those that fit: who watches is shown what comes next, and has seen most of what came before. */
function newest(tokens: readonly LiveToken[], maxBytes: number): LiveToken[] {
  let left = maxBytes;
  const before = tokens.findLastIndex((token) => (left -= tokenBytes(token)) < 0);
  return tokens.slice(before + 1);
}
