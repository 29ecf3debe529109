/**
 * The simulated model's texts: verbatim quotes with citations, in Markdown, as blocks that are whole or absent.
 * An analysis has the headings that `parseAnalysis` of the analyzer reads, as the prompt for real models asks too.
 */
import { selectQuotes, type FacetAnswer, type Quote } from '../extract/select-quotes.ts';
import type { ModelPassage, ModelRequest } from '../model.ts';

const noAnswer = 'The documents do not answer this question.';

interface Block {
  readonly text: string;
  /** The passage that it cites: known, so that no quoted text is ever read for it. */
  readonly cites?: number;
}

/** Blocks in order of reading; the limit may end the text after any of them but not inside one. */
export interface Composition {
  readonly blocks: readonly Block[];
  /** What must follow the blocks that were kept: the sources they cite. */
  readonly closing: (kept: readonly Block[]) => string;
}

export function compose(request: ModelRequest): Composition {
  const passages = request.passages ?? [];
  const answers = selectQuotes(request.prompt, passages);
  if (request.task === 'analyze')
    return { blocks: analysisBlocks(answers, passages).map((text) => ({ text })), closing: () => '' };
  return { blocks: answerBlocks(answers), closing: (kept) => sources(kept, passages) };
}

function answerBlocks(answers: readonly FacetAnswer[]): Block[] {
  const answered = answers.filter(({ quotes }) => quotes.length > 0);
  if (answered.length === 0) return [{ text: noAnswer }];
  const several = answers.length > 1;
  const blocks = answered.flatMap(({ facet, quotes }) =>
    quotes.map((quote, index) => ({
      text: `${several && index === 0 ? `### ${asAsked(facet)}\n\n` : ''}- ${cited(quote)}`,
      cites: quote.n,
    })),
  );
  const missing = answers.filter(({ quotes }) => quotes.length === 0);
  return [...blocks, ...missing.map(({ facet }) => ({ text: `The documents do not answer: ${asAsked(facet)}` }))];
}

function analysisBlocks(answers: readonly FacetAnswer[], passages: readonly ModelPassage[]): string[] {
  const answered = answers.filter(({ quotes }) => quotes.length > 0);
  const used = new Set(answered.flatMap(({ quotes }) => quotes.map(({ n }) => n)));
  const points = answered.flatMap(({ facet, quotes }) =>
    quotes.map((quote, index) => `${index === 0 ? `### ${titleOf(facet)}\n\n` : ''}- [${quote.n}] ${quote.text}`),
  );
  const gaps = answers.filter(({ quotes }) => quotes.length === 0).map(({ facet }) => `- ${titleOf(facet)}`);
  const summary =
    answered.length === 0
      ? noAnswer
      : `${used.size} of ${passages.length} passages answer ${answered.length} of ${answers.length} parts of the question.`;
  return [
    '## Points',
    ...points,
    ['## Gaps', '', ...(gaps.length > 0 ? gaps : ['- none'])].join('\n'),
    `## Summary\n\n${summary}`,
  ];
}

function sources(kept: readonly Block[], passages: readonly ModelPassage[]): string {
  const cites = [...new Set(kept.flatMap(({ cites: n }) => n ?? []))];
  const lines = cites
    .toSorted((a, b) => a - b)
    .flatMap((n) => {
      const passage = passages[n - 1];
      return passage === undefined ? [] : [sourceLine(n, passage)];
    });
  return lines.length === 0 ? '' : ['**Sources**', '', ...lines].join('\n');
}

/** How a source is named, everywhere: on one line, whatever its name is. */
export const sourceLine = (n: number, { name, place }: Pick<ModelPassage, 'name' | 'place'>): string =>
  `- [${n}] ${name}${place === '' ? '' : `, ${place}`}`.replaceAll(/[\r\n]+/g, ' ');

const cited = ({ n, text }: Quote): string => `“${text}” [${n}]`;
/** A question's own `[2]` must not read as a citation, nor that of `argv[2]`; a lone “ or „ of it must not begin a quotation that a later one ends. */
const asAsked = (facet: string): string =>
  titleOf(facet)
    .replace(/[“”„]/g, '"')
    .replace(/(?:(?<![\w\]])|(?<=\p{L}{2}))(?:\[[\d,\s]+\])+/gu, (marks) => marks.replace(/[[\]]/g, '\\$&'));
const titleOf = (facet: string): string => facet.charAt(0).toUpperCase() + facet.slice(1);
