/**
 * One client's stream of one task's events, and of its tokens if wanted.
 *
 * Promises
 * - An event is sent only if its `seq` is the last one sent plus one: no gap, no duplicate. A hole is read from the store; where the store has not what
 *   it is known to have, the stream is cut rather than left waiting for it. Where nothing comes for long the store is looked into.
 * - It pulls: what a slow reader has not taken stays where it is, so nothing is buffered for him but one slice; who takes nothing for
 *   `stallMs` is cut off and resumes by the last id.
 * - Tokens of a finished activation are dropped in favour of its event; `attempt.reset` comes before tokens that begin anew.
 */
import type { Clock } from '@waybill/messaging';
import { eventFrame, isTerminal, seqOf, typeInText } from '../domain/event-text.ts';
import type { LiveTask } from '../domain/live-task.ts';
import { TokenFrames } from '../domain/token-frames.ts';

/** Where frames go. */
export interface StreamSink {
  /** There is nothing to send yet: the client learns that the stream is open. */
  begin(): void;
  /** False: the client has not taken enough of it yet; `onDrain` follows. */
  write(frames: string): boolean;
  /** Ends politely; undefined frames: nothing more to say. */
  end(frames: string): void;
  /** Cuts the connection, so that the client knows that it was not the end. */
  cut(): void;
}

export interface StreamSource {
  readonly clock: Clock;
  readonly stallMs: number;
  readonly sliceChars: number;
  /** Event texts after `seq` without a gap, fresh as of the call. */
  read(taskId: string, seq: number): Promise<readonly string[]>;
  /** The stream is over; forget it. */
  closed(stream: TaskStream): void;
  /** A hole that the store cannot fill either. */
  onHole(taskId: string, seq: number): void;
}

export interface StreamStart {
  /** `seq` of the last event that the client has. */
  readonly after: number;
  /** `seq` of the last event that the store or memory is known to have. */
  readonly known?: number;
  readonly tokens: boolean;
  /** Offset of the last token that the client has. */
  readonly tokenOffset?: number;
}

export class TaskStream {
  private sent: number;
  private readonly known: number;
  private readonly tokens: TokenFrames | undefined;
  private state: 'open' | 'reading' | 'blocked' | 'closed' = 'open';
  private isFirstRead: boolean;
  private sentAtBeat = -1;
  /** In a row, without an event in between. */
  private quietBeats = 0;
  private lookAtBeat = 1;
  private cancelStall: (() => void) | undefined;

  constructor(
    private readonly task: LiveTask,
    private readonly sink: StreamSink,
    private readonly source: StreamSource,
    start: StreamStart,
  ) {
    this.sent = start.after;
    this.known = start.known ?? 0;
    this.tokens = start.tokens ? new TokenFrames(task, start) : undefined;
    this.isFirstRead = !(task.first <= start.after + 1 && (task.texts.length > 0 || task.submitted !== undefined));
  }

  get taskId(): string {
    return this.task.taskId;
  }

  get isOver(): boolean {
    return this.state === 'closed';
  }

  /** Whether the end can be sent now, so that it should not wait for others. */
  get isEnding(): boolean {
    return this.task.ended;
  }

  /** Sends what there is to send. */
  pump(): void {
    while (this.state === 'open') {
      if (this.mustReadStore) {
        void this.readStore();
        return;
      }
      const frames = this.takeEvents() + this.takeTokens();
      if (this.task.ended && this.sent >= this.task.last) return this.finish(frames);
      if (frames === '') return this.sink.begin();
      this.write(frames);
    }
  }

  /** Answers whether it looks into the store, which it does less and less often, and only when it may: memory may not have heard of what is there. */
  heartbeat(mayLook = true): boolean {
    if (this.state !== 'open') return false;
    this.write(': heartbeat\n\n');
    this.countBeat();
    if (!mayLook || this.quietBeats < this.lookAtBeat) return false;
    this.lookAtBeat = this.quietBeats * 2;
    void this.lookInStore();
    return true;
  }

  drained(): void {
    if (this.state !== 'blocked') return;
    this.cancelStall?.();
    this.state = 'open';
    this.pump();
  }

  /** The client went away, or the service stops: everything is freed. */
  close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.cancelStall?.();
    this.source.closed(this);
  }

  cut(): void {
    this.close();
    this.sink.cut();
  }

  /** At the beginning, and when memory does not hold what follows on what was sent. */
  private get mustReadStore(): boolean {
    const { task, sent, known } = this;
    const isInMemory = task.first <= sent + 1 && task.last > sent;
    return this.isFirstRead || (!isInMemory && Math.max(task.last, known) > sent);
  }

  private takeEvents(): string {
    if (this.task.last <= this.sent) return '';
    const { text, last } = this.task.framesAfter(this.sent, this.source.sliceChars, this.tokens?.offset);
    this.sent = last;
    return text;
  }

  /** Only when there is no event that must come before them; of an older task memory may hold none, or the first ones, which came again. */
  private takeTokens(): string {
    const { task, sent } = this;
    return this.tokens && sent >= task.last ? this.tokens.take(task, sent) : '';
  }

  private write(frames: string): void {
    if (this.sink.write(frames)) return;
    this.state = 'blocked';
    this.cancelStall = this.source.clock.after(this.source.stallMs, () => this.cut());
  }

  private finish(frames: string): void {
    this.close();
    this.sink.end(frames);
  }

  private async readStore(): Promise<void> {
    this.state = 'reading';
    try {
      const texts = await this.source.read(this.taskId, this.sent);
      if (this.isClosed()) return;
      this.state = 'open';
      if (texts.length > 0) return this.sendStored(texts);
      if (!this.isFirstRead || this.known > this.sent) return this.giveUp();
      this.isFirstRead = false;
      this.pump();
    } catch {
      if (!this.isClosed()) this.cut(); // nobody knows whether the store has it
    }
  }

  private countBeat(): void {
    const isQuiet = this.sent === this.sentAtBeat;
    this.quietBeats = isQuiet ? this.quietBeats + 1 : 1;
    if (!isQuiet) this.lookAtBeat = 1;
    this.sentAtBeat = this.sent;
  }

  private async lookInStore(): Promise<void> {
    const texts = await this.source.read(this.taskId, this.sent).catch(() => []);
    const news = texts.filter((text) => seqOf(text) > this.sent);
    if (this.state === 'open' && news.length > 0) this.sendStored(news);
  }

  private sendStored(texts: readonly string[]): void {
    let frames = '';
    for (const text of texts) {
      this.sent = seqOf(text);
      const type = typeInText(text);
      this.tokens?.hear(type, text);
      frames += eventFrame(this.tokens ? `${this.sent}.${this.tokens.offset}` : String(this.sent), type, text);
      if (isTerminal(type)) return this.finish(frames);
    }
    this.write(frames);
    this.pump();
  }

  /** Better a connection that breaks, and is resumed, than events out of order. */
  private giveUp(): void {
    this.source.onHole(this.taskId, this.sent + 1);
    this.cut();
  }

  private isClosed(): boolean {
    return this.state === 'closed';
  }
}
