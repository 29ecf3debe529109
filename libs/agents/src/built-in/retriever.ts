/**
 * Finds passages: suspends on one search per facet of the question, and merges what they found when it is activated again.
 * Promises: a retry repeats only the searches that failed; a search that failed fails the activation with its own class.
 */
import {
  PlatformError,
  SearchHit,
  type Call,
  type Failure,
  type JournalEntry,
  type Json,
  type JsonObject,
} from '@waybill/contracts';
import { splitQuestion } from '@waybill/models';
import { z } from 'zod';
import { failed, suspended } from '../agent.ts';
import { defineAgent, type Step } from '../define-agent.ts';
import { mergeHits } from '../passages/merge-hits.ts';
import { Passages } from '../passages/passage.ts';

const queryChars = 4_000;
const defaultHits = 8;
/** Each facet beyond the whole question adds some. */
const hitsPerFacet = 2;

const Input = z.object({
  query: z.string().trim().min(1),
  collection: z.string().nullish(),
  filter: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  k: z.number().int().min(1).max(50).nullish(),
});
type Input = z.output<typeof Input>;
const Output = z.object({ query: z.string(), passages: Passages });

export const retriever = defineAgent({
  name: 'retriever',
  description: 'Finds passages in the documents that bear on a question; a compound question is searched part by part.',
  input: Input,
  output: Output,
  activate: async ({ input, journal, turn }) => {
    const queries = queriesOf(input.query);
    const latest = latestByQuery(journal);
    const open = queries.filter((query) => {
      const entry = latest.get(query);
      return entry === undefined || (turn === 0 && entry.error !== undefined);
    });
    const [first, ...others] = open.map((query) => searchFor(query, input));
    if (first !== undefined) return suspended([first, ...others], thoughtOf(open));
    return answer(
      input,
      queries.flatMap((query) => latest.get(query) ?? []),
    );
  },
});

function answer({ query, k }: Input, entries: readonly JournalEntry[]): Step<z.input<typeof Output>> {
  const error = entries.find((entry) => entry.error !== undefined)?.error;
  if (error !== undefined) return failed(explained(error));
  const lists = entries.map(({ observation }) => hitsOf(observation));
  const limit = (k ?? defaultHits) + hitsPerFacet * (lists.length - 1);
  return { status: 'completed', output: { query, passages: mergeHits(lists, limit) } };
}

/** The whole question, and its facets when it has several. */
function queriesOf(question: string): string[] {
  const facets = splitQuestion(question);
  const queries = facets.length > 1 ? [question, ...facets] : [question];
  return [...new Set(queries.map((query) => query.slice(0, queryChars).toWellFormed()))];
}

function searchFor(query: string, { collection, filter, k }: Input): Call {
  const input: JsonObject = { query, k: k ?? defaultHits };
  if (typeof collection === 'string') input['collection'] = collection;
  if (filter !== undefined && filter !== null) input['filter'] = filter;
  return { kind: 'knowledge.search', input };
}

function latestByQuery(journal: readonly JournalEntry[]): Map<unknown, JournalEntry> {
  const settled = journal.filter(({ observation, error }) => observation !== undefined || error !== undefined);
  return new Map(settled.map((entry) => [entry.call.input['query'], entry]));
}

const Observation = z.union([z.array(SearchHit), z.object({ hits: z.array(SearchHit) }).transform(({ hits }) => hits)]);

function hitsOf(observation: Json | undefined): SearchHit[] {
  const hits = Observation.safeParse(observation);
  if (hits.success) return hits.data;
  throw new PlatformError('internal', {
    detail: 'The observation of a knowledge search is not a list of hits.',
    cause: hits.error,
  });
}

const explained = (error: Failure): Failure => ({
  ...error,
  detail: `A search in the documents failed: ${error.detail}`,
});

const thoughtOf = (queries: readonly string[]): string =>
  queries.length === 1
    ? 'Search the documents for the question.'
    : `Search the documents for the question and its ${queries.length - 1} parts.`;
