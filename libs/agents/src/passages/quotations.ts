/**
 * Where a quotation ends. It may hold quotation marks of its own, paired or not: then the passage that it quotes says where,
 * and where it quotes none, the pairs do.
 * Promise: asked in the order of the text it reads the text once for each kind of mark, however many stand alone.
 */
export interface Quotable {
  readonly text: string;
}

interface Kind {
  /** Places of all closing marks, and which of them is the first that lies ahead. */
  readonly closings: readonly number[];
  ahead: number;
  /** From each opening mark to the closing one that belongs to it. */
  readonly pairs: ReadonlyMap<number, number>;
}

const signs: Readonly<Record<string, string>> = { '“': '”', '„': '“”', '"': '"' };
/** Neither the one of 5" nor an opening one closes, and none beyond its paragraph: a lone one is a sign of inches. */
const straight = /(?<closing>(?<=\S)"(?![\p{L}\p{N}]))|"|\n[^\S\n]*\n/gu;
const citedNext = /[\s.,;:)*_]*\[\d/y;

export class Quotations {
  private readonly kinds = new Map<string, Kind>();

  constructor(
    private readonly text: string,
    private readonly passages: readonly Quotable[],
  ) {}

  /** The place after the closing mark of what `start` opens; undefined when it stands alone. */
  endOf(start: number): number | undefined {
    const kind = this.kindOf(this.text.charAt(start));
    const verbatim = this.lastVerbatim(start, kind);
    const paired = kind.pairs.get(start);
    if (verbatim !== undefined && (paired === undefined || this.isCitedAt(verbatim + 1))) return verbatim + 1;
    return paired === undefined ? undefined : Math.max(verbatim ?? 0, paired) + 1;
  }

  /** The longest that stands in a passage. What goes on from something that stands in none stands in none either. */
  private lastVerbatim(start: number, kind: Kind): number | undefined {
    while ((kind.closings[kind.ahead] ?? Infinity) <= start) kind.ahead += 1;
    let last: number | undefined;
    for (let next = kind.ahead; next < kind.closings.length; next += 1) {
      const at = kind.closings[next];
      const inner = this.text.slice(start + 1, at);
      if (!this.passages.some((passage) => passage.text.includes(inner))) break;
      last = at;
    }
    return last;
  }

  private isCitedAt(at: number): boolean {
    citedNext.lastIndex = at;
    return citedNext.test(this.text);
  }

  private kindOf(open: string): Kind {
    const known = this.kinds.get(open);
    if (known !== undefined) return known;
    const closings = [...this.text.matchAll(new RegExp(`[${signs[open] ?? ''}]`, 'g'))].map(({ index }) => index);
    const kind = { closings, ahead: 0, pairs: open === '"' ? straightPairs(this.text) : pairsOf(this.text, open) };
    this.kinds.set(open, kind);
    return kind;
  }
}

function pairsOf(text: string, open: string): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const opened: number[] = [];
  for (const { index, 0: sign } of text.matchAll(new RegExp(`[${open}${signs[open] ?? ''}]`, 'g'))) {
    const start = sign === open ? undefined : opened.pop();
    if (sign === open) opened.push(index);
    else if (start !== undefined) pairs.set(start, index);
  }
  return pairs;
}

function straightPairs(text: string): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  let opened: number[] = [];
  for (const { index, 0: sign, groups } of text.matchAll(straight)) {
    if (groups?.['closing'] !== undefined) for (const start of opened.splice(0)) pairs.set(start, index);
    if (sign === '"') opened.push(index);
    else opened = [];
  }
  return pairs;
}
