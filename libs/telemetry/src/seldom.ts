/**
 * What would be thousands of lines of the same while something is away: the first of a kind is told, and then one in ten seconds, with how many there
 * were in between.
 */
const quietMs = 10_000;
/** Kinds may be words of others, without end. */
const mostKinds = 100;

interface Told {
  readonly at: number;
  untold: number;
}

export class Seldom {
  private readonly told = new Map<string, Told>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** How many like it were not told since the last that was; undefined: this one is not told either. */
  untold(kind: string): number | undefined {
    const at = this.now();
    const last = this.told.get(kind);
    if (last && at >= last.at && at - last.at < quietMs) {
      last.untold += 1;
      return undefined;
    }
    this.told.delete(kind);
    this.told.set(kind, { at, untold: 0 });
    if (this.told.size > mostKinds) this.told.delete(this.told.keys().next().value!);
    return last?.untold ?? 0;
  }
}
