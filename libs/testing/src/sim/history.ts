/** What happened in a world, in order: readable, and the same to the letter whenever the seed is run again. */
import { createHash } from 'node:crypto';

interface Line {
  readonly atMs: number;
  readonly who: string;
  readonly what: string;
  readonly about: string | undefined;
}

const textOf = ({ atMs, who, what }: Line): string => `${atMs.toFixed(1).padStart(9)} ms  ${who.padEnd(14)} ${what}`;

export class History {
  private readonly lines: Line[] = [];
  /** Bytes of records: part of the hash, too long to be read. */
  private readonly bodies: string[] = [];

  constructor(private readonly elapsedMs: () => number) {}

  /** `about`: the plan that it concerns; without one it concerns all. */
  note(who: string, what: string, about?: string): void {
    this.lines.push({ atMs: this.elapsedMs(), who, what, about });
  }

  body(text: string): void {
    this.bodies.push(text);
  }

  get length(): number {
    return this.lines.length;
  }

  /** The last lines that concern the plan (all plans, when there is none). */
  last(count: number, planId?: string): string[] {
    const concerning =
      planId === undefined ? this.lines : this.lines.filter(({ about }) => about === undefined || about === planId);
    return concerning.slice(-count).map(textOf);
  }

  hash(): string {
    const hash = createHash('sha256');
    hash.update(this.lines.map(textOf).join('\n'));
    hash.update(this.bodies.join('\n'));
    return hash.digest('hex');
  }
}
