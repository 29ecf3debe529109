/**
 * A slice of time at a thread that others need too: a heartbeat, a stream, the other partitions.
 * What an author wrote may cost a tenth of a second for each step and each outcome, and a batch has hundreds of them.
 */
const sliceMs = 50;
/** The longest rest: the machine may have slept meanwhile. */
const longestRestMs = 1_000;

export class Slice {
  private begunAt: number | undefined;
  private endedAt: number | undefined;

  constructor(private readonly clock: { now(): number }) {}

  /** From the first call on time counts; what had to be waited for before does not. */
  begin(): void {
    this.begunAt ??= this.clock.now();
  }

  /** From here on others have the thread already. */
  end(): void {
    this.endedAt ??= this.clock.now();
  }

  /** Also when the clock was put back: nobody knows how long it has been. */
  get isUp(): boolean {
    return this.passedMs >= sliceMs || this.passedMs < 0;
  }

  /** Others get as long as it took. */
  get restMs(): number {
    return Math.min(Math.max(0, this.passedMs), longestRestMs);
  }

  private get passedMs(): number {
    return this.begunAt === undefined ? 0 : (this.endedAt ?? this.clock.now()) - this.begunAt;
  }
}
