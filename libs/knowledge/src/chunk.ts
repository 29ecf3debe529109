/**
 * Passages along the structure of a document: of 120 to 220 words where the text allows, never over 260.
 * Promises: a sentence is whole unless it alone is too long, code and tables are whole when they fit; every word of the document is in the
 * text of some passage, headings at least in a place; memory and time grow with the text only. In and out come batches, as from parsers.
 */
import type { Block } from './block.ts';
import { isShortened, placeOf, type Heading } from './place.ts';
import { bounds, unitsOf, type Unit } from './units.ts';

/** Changes whenever the same document would be cut differently. */
export const chunkerVersion = 'passages-4';

export interface TextPassage {
  readonly text: string;
  readonly place: string;
}
interface Draft {
  readonly path: readonly Heading[];
  readonly units: Unit[];
  size: number;
}

export function* chunk(batches: Iterable<readonly Block[]>): Generator<readonly TextPassage[], void> {
  const packer = new Packer();
  for (const batch of batches) {
    for (const block of batch) packer.add(block);
    yield packer.take();
  }
  packer.end();
  yield packer.take();
}

class Packer {
  #path: Heading[] = [];
  /** The heading that no text has followed yet, with its line. */
  #bare: Unit | undefined;
  #current: Draft = draftAt([]);
  /** Finished but for a small neighbour that may still join it. */
  #held: Draft | undefined;
  #done: TextPassage[] = [];

  add(block: Block): void {
    if (block.kind === 'heading') {
      this.#heading(block);
      return;
    }
    for (const unit of unitsOf(block)) {
      this.#bare = undefined;
      this.#pack(unit);
    }
  }

  take(): TextPassage[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  end(): void {
    this.#keepBare(0);
    this.#close();
    if (this.#held) this.#done.push(finish(this.#held));
    this.#held = undefined;
  }

  #heading({ depth, text, line }: Extract<Block, { kind: 'heading' }>): void {
    if (text === '') return;
    this.#keepBare(depth);
    this.#close();
    this.#path = [...this.#path.filter((above) => above.depth < depth), { depth, text }];
    this.#current = draftAt(this.#path);
    const [unit, ...more] = unitsOf({ kind: 'prose', lines: [{ text, number: line }], mark: '# ' });
    // A place shows the beginning of a long heading only.
    if (isShortened(text)) for (const part of unit ? [unit, ...more] : []) this.#pack(part);
    else this.#bare = unit;
  }

  /** A heading with nothing under it, not even a heading, is in no other passage's place. */
  #keepBare(nextDepth: number): void {
    const isBare = this.#bare && nextDepth <= (this.#path.at(-1)?.depth ?? 0);
    if (this.#bare && isBare) this.#pack(this.#bare);
    this.#bare = undefined;
  }

  #pack(unit: Unit): void {
    const size = this.#current.size + unit.size;
    const fits = size <= bounds.most || (this.#current.size < bounds.least && size <= bounds.max);
    if (!fits) this.#close();
    this.#current.units.push(unit);
    this.#current.size += unit.size;
  }

  #close(): void {
    const closed = this.#current;
    this.#current = draftAt(this.#path);
    if (closed.units.length === 0) return;
    const joined = this.#held && join(this.#held, closed);
    if (this.#held && !joined) this.#done.push(finish(this.#held));
    this.#held = joined ?? closed;
  }
}

const draftAt = (path: readonly Heading[]): Draft => ({ path, units: [], size: 0 });

/** The two as one when one is too small to stand alone; undefined: they stay apart, as sections do, so that a place names its own heading. */
function join(first: Draft, second: Draft): Draft | undefined {
  const size = first.size + second.size;
  const isWorthIt = Math.min(first.size, second.size) < bounds.small && size <= bounds.max;
  if (first.path !== second.path || !isWorthIt) return undefined;
  return { path: first.path, units: [...first.units, ...second.units], size };
}

function finish({ path, units }: Draft): TextPassage {
  const text = units.map(({ text: part, glue }, at) => (at === 0 ? part : glue + part)).join('');
  const from = Math.min(...units.map((unit) => unit.from));
  const to = Math.max(...units.map((unit) => unit.to));
  return { text, place: placeOf(path, from, to) };
}
