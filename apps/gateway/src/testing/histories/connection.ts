/** One connection of a follower: every frame is held against the record, and what its gateway hears has to come. */
import { isTerminal } from '../../domain/event-text.ts';
import type { StreamSink, StreamStart, TaskStream } from '../../use-cases/task-stream.ts';
import type { Judge, TaskRecord } from './record.ts';
import type { SimulatedGateway } from './simulated-gateway.ts';
import type { Surroundings } from './surroundings.ts';
import { TokenCheck, type ShownToken } from './token-check.ts';

/** What the tail has brought is shown by then: what must be read from the store is there in time, or the stream is cut. */
const promptMs = 6_000;
/** Of clients that read slowly: some are cut for it. */
const slowMs = 45_000;

export interface Client {
  readonly parts: {
    readonly task: TaskRecord;
    readonly judge: Judge;
    readonly around: Surroundings;
    readonly wantsTokens: boolean;
    readonly isSlow: boolean;
  };
  /** The attempt of which it has tokens, by work. */
  readonly attempts: Map<string, number>;
  /** What it has. */
  moveTo(after: number, tokenOffset: number | undefined): void;
  ended(connection: Connection): void;
  lost(connection: Connection): void;
  say(what: string): void;
}

export class Connection implements StreamSink {
  stream: TaskStream | undefined;
  isOver = false;
  private isBlocked = false;
  /** Times that the client was slow. */
  private blocks = 0;
  private sent: number;
  private lastOffset: number;
  private readonly tokens: TokenCheck;

  constructor(
    private readonly follower: Client,
    readonly gateway: SimulatedGateway,
    { after, tokenOffset }: StreamStart,
  ) {
    this.sent = after;
    this.lastOffset = tokenOffset ?? -1;
    if (tokenOffset === undefined) follower.attempts.clear();
    this.tokens = new TokenCheck(follower.parts.task, follower.attempts, tokenOffset === undefined && after > 0);
  }

  /** The tail of its gateway has brought it. */
  heard(seq: number): void {
    if (seq <= this.sent || this.isBlocked || !this.stream) return;
    const { blocks } = this;
    this.follower.parts.around.timeline.after(promptMs, () => {
      if (!this.isOver && blocks === this.blocks && this.sent < seq) this.say(`stands still, and ${seq} was heard`);
    });
  }

  begin(): void {}

  write(frames: string): boolean {
    if (this.isBlocked) this.say('gets more than it has taken');
    this.take(frames);
    const { around, isSlow } = this.follower.parts;
    if (!isSlow || !around.random.chance(0.3)) return true;
    this.isBlocked = true;
    this.blocks += 1;
    around.timeline.after(around.random.between(0, slowMs), () => {
      this.isBlocked = false;
      if (!this.isOver) this.stream!.drained();
    });
    return false;
  }

  end(frames: string): void {
    this.take(frames);
    this.isOver = true;
    this.follower.ended(this);
  }

  cut(): void {
    this.isOver = true;
    this.follower.lost(this);
  }

  private take(frames: string): void {
    if (this.isOver) return;
    for (const frame of frames.split('\n\n')) {
      if (frame === '' || frame.startsWith(':')) continue;
      const [, id = '', type = '', data = '{}'] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(frame) ?? [];
      this.takeFrame(id, type, data);
    }
  }

  private takeFrame(id: string, type: string, data: string): void {
    const [seq = Number.NaN, offset] = id.split('.').map(Number);
    const { wantsTokens } = this.follower.parts;
    if (wantsTokens !== (offset !== undefined)) this.say(`gets the id ${id}`);
    if (type === 'attempt.reset' || type === 'token') this.takeToken(type, id, JSON.parse(data) as ShownToken);
    else this.takeEvent(seq, type, data);
    if (seq !== this.sent || (offset ?? -1) < this.lastOffset) this.say(`gets ${id} after offset ${this.lastOffset}`);
    this.lastOffset = offset ?? -1;
    this.follower.moveTo(this.sent, offset);
  }

  private takeEvent(seq: number, type: string, data: string): void {
    const { task } = this.follower.parts;
    const last = task.events[this.sent - 1];
    if (seq !== this.sent + 1) this.say(`gets ${seq}`);
    if (last && isTerminal(last.type)) this.say(`gets ${type} after the end`);
    if (data !== task.texts[seq - 1] || type !== task.events[seq - 1]?.type) this.say(`gets another event: ${data}`);
    else this.tokens.event(task.events[seq - 1]!);
    this.sent = seq;
    task.show(this.gateway.name, seq);
  }

  private takeToken(type: string, id: string, shown: ShownToken): void {
    if (type === 'attempt.reset') return this.tokens.reset(shown);
    this.follower.parts.judge.count('tokens');
    const wrong = this.tokens.token(shown) ?? (id.endsWith(`.${this.lastOffset}`) ? 'again' : undefined);
    if (wrong) this.say(`gets token ${id}, ${shown.epoch}.${shown.turn}.${shown.index} of ${shown.work_id}, ${wrong}`);
  }

  private say(what: string): void {
    this.follower.say(`${what} after ${this.sent} on ${this.gateway.name}`);
  }
}
