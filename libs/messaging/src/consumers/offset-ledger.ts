/**
 * Which offsets of a partition are finished: everything below `position`, and runs above it.
 * Cost grows with the number of gaps (what runs), not with the number of finished offsets.
 */
export interface OffsetRun {
  readonly from: number;
  /** Not in it any more. */
  readonly to: number;
}

export class OffsetLedger {
  #runs: OffsetRun[];

  constructor(
    private next: number,
    above: readonly OffsetRun[] = [],
  ) {
    this.#runs = [];
    for (const run of above) this.add(run.from, run.to);
  }

  /** The first offset that is not finished. */
  get position(): number {
    return this.next;
  }

  /** Above `position`, ascending, apart from each other. */
  get above(): readonly OffsetRun[] {
    return this.#runs;
  }

  has(offset: number): boolean {
    if (offset < this.next) return true;
    const run = this.#runs[this.#firstEndingAfter(offset)];
    return run !== undefined && run.from <= offset;
  }

  add(from: number, to = from + 1): void {
    if (to <= this.next || from >= to) return;
    if (from <= this.next) this.#advance(to);
    else this.#insert(from, to);
  }

  #advance(to: number): void {
    this.next = to;
    let absorbed = 0;
    for (const run of this.#runs) {
      if (run.from > this.next) break;
      this.next = Math.max(this.next, run.to);
      absorbed += 1;
    }
    if (absorbed > 0) this.#runs.splice(0, absorbed);
  }

  #insert(from: number, to: number): void {
    const first = this.#firstEndingAfter(from - 1);
    let last = first;
    let run = { from, to };
    for (let other = this.#runs[last]; other && other.from <= run.to; other = this.#runs[last]) {
      run = { from: Math.min(run.from, other.from), to: Math.max(run.to, other.to) };
      last += 1;
    }
    this.#runs.splice(first, last - first, run);
  }

  /** Index of the first run with `to > offset`. */
  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]!.to > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
