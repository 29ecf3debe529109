/**
 * A question to its facets: "How do groups share partitions, and what happens when a member dies?" asks two things.
 * Promises: the facets together hold every word of the subject; at least one, at most six.
 */
import { termsOf, type Term } from './terms.ts';

export interface Facet {
  /** As it was asked. */
  readonly text: string;
  readonly terms: readonly Term[];
  /** Words of the other facets: what "it" may stand for. */
  readonly context: readonly Term[];
}

const maxFacets = 6;
const questionWord =
  'what|how|why|when|where|who|whom|which|whether|is|are|was|were|does|do|did|can|could|should|will|explain|describe|compare|list|tell|name|give|summari[sz]e';
const boundaries = new RegExp(
  `(?<=[?？!。;；])\\s*|(?<=[.])\\s+(?=(?-i:\\p{Lu})|(?:${questionWord})\\b)|\\n+|,?\\s+(?:and|but|or|as well as|then|also)(?:\\s+(?:also|then|finally))?,?\\s+(?=(?:${questionWord})\\b)|,\\s+(?=(?:${questionWord})\\b)`,
  'giu',
);

export function facetsOf(question: string): Facet[] {
  const parts = splitQuestion(question).map((text) => ({ text, terms: distinct(termsOf(text)) }));
  return parts.map(({ text, terms }) => {
    const own = new Set(terms.map(({ stem }) => stem));
    const context = distinct(parts.flatMap((part) => part.terms)).filter(
      ({ stem, weight }) => weight === 1 && !own.has(stem),
    );
    return { text, terms, context };
  });
}

/** The facets' texts; the whole question when it asks one thing. */
export function splitQuestion(question: string): string[] {
  const parts: string[] = [];
  // Runs of blanks would take the square of their length.
  const plain = question.replace(/\s+/g, (run) => (run.includes('\n') ? '\n' : ' '));
  for (const raw of plain.split(boundaries)) {
    const part = raw
      .trim()
      .replace(/^(?:and|but|also|then|finally|or)\s+/i, '')
      .replace(/(?<![,;:.\s])[,;:.\s]+$/, '');
    if (part === '') continue;
    const says = termsOf(part).some(({ weight }) => weight === 1);
    const last = parts.length - 1;
    if (!says && last >= 0) parts[last] = `${parts[last] ?? ''} ${part}`;
    else if (parts.length === maxFacets) parts[last] = `${parts[last] ?? ''} ${part}`;
    else parts.push(part);
  }
  // "Please answer this:" before the question is no facet of its own.
  const subject = parts.filter((part) => termsOf(part).some(({ weight }) => weight === 1));
  if (subject.length > 0) return subject;
  return [question.trim()];
}

function distinct(terms: readonly Term[]): Term[] {
  return [...new Map(terms.toReversed().map((term) => [term.stem, term])).values()].toReversed();
}
