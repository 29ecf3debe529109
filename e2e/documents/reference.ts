/**
 * What has to be of every document once all is calm, told by its requests alone: each counts once, where it stands first on the log.
 * The outcome of some is chance: a content that can be read later, and bytes that a deletion by a clock ahead has taken (docs/roadmap.md).
 */
import {
  decodeMessage,
  DocumentRequest,
  originalOf,
  type DocumentView,
  type IncomingMessage,
} from '@waybill/contracts';
import { contents, type Content } from './contents.ts';

/** What may be found of it: the words of contents, or nothing. */
type Found = string | undefined;

export interface Seen {
  readonly shown: DocumentView | undefined;
  /** Of the index. */
  readonly chunks: number | undefined;
  readonly texts: readonly string[];
}

export function firstOfEach(requests: readonly IncomingMessage[]): readonly IncomingMessage[] {
  const seen = new Set<string>();
  return requests.filter(({ headers }) => {
    const id = headers['ce_id']!;
    return seen.size < seen.add(id).size;
  });
}

const contentOf = (request: DocumentRequest): Content | undefined =>
  request.type === 'IngestDocument' ? contents.find(({ sha256 }) => sha256 === request.content.sha256) : undefined;

/** What is wrong, in a sentence; undefined: all is well. `requests`: about this document. */
export function judge(requests: readonly IncomingMessage[], seen: Seen): string | undefined {
  let may: Found[] = [undefined];
  let before = may;
  const deletedAt: number[] = [];
  let last: { content: Content; outcomes: readonly string[]; sha256: string } | undefined;
  for (const record of firstOfEach(requests)) {
    const request = decodeMessage(record, DocumentRequest);
    before = may;
    const content = contentOf(request);
    if (request.type === 'DeleteDocument' || !content) {
      deletedAt.push(Date.parse(record.headers['ce_time']!));
      may = [undefined];
      last = undefined;
      continue;
    }
    const { uploadedAt } = originalOf(request.type === 'IngestDocument' ? request.content.key : '')!;
    const mayBeGone = deletedAt.some((time) => time >= uploadedAt);
    const outcomes = outcomesOf(content, mayBeGone);
    may = outcomes.flatMap((outcome) => (outcome === 'indexed' ? [content.word] : before));
    last = { content, outcomes, sha256: request.content.sha256 };
  }
  return judgeFound(may, seen) ?? judgeShown(last, before, seen);
}

function outcomesOf({ kind }: Content, mayBeGone: boolean): readonly string[] {
  if (kind === 'later' || (kind === 'sound' && mayBeGone)) return ['indexed', 'failed'];
  return [kind === 'sound' ? 'indexed' : 'failed'];
}

const wordOf = ({ texts }: Seen): Found => texts[0]?.split(' ')[0];

function judgeFound(may: readonly Found[], seen: Seen): string | undefined {
  const word = wordOf(seen);
  if (!may.includes(word))
    return `${word ?? 'nothing'} is found, not ${may.map((one) => one ?? 'nothing').join(' or ')}`;
  const lines = contents.find((one) => one.word === word)?.lines ?? [];
  if (seen.texts.toSorted().join('|') !== lines.join('|')) return `these passages are found: ${seen.texts.join('|')}`;
  return seen.chunks === (word === undefined ? undefined : lines.length)
    ? undefined
    : `the index counts ${String(seen.chunks)}`;
}

function judgeShown(
  last: { content: Content; outcomes: readonly string[]; sha256: string } | undefined,
  before: readonly Found[],
  seen: Seen,
): string | undefined {
  const { shown } = seen;
  if (!last) return shown && `it is shown as ${shown.status} and was deleted`;
  const { outcomes, content, sha256 } = last;
  if (!shown) return `it is not shown, and was asked to be ${content.word}`;
  if (!outcomes.includes(shown.status)) return `it is shown as ${shown.status}, not as ${outcomes.join(' or ')}`;
  if (shown.sha256 !== sha256) return `it is shown as ${shown.status} with bytes that are not those of ${content.word}`;
  if (shown.status === 'failed')
    return before.includes(wordOf(seen)) ? undefined : `${String(wordOf(seen))} is found and it is shown as failed`;
  if (shown.chunks !== seen.chunks)
    return `${String(shown.chunks)} passages are shown and ${String(seen.chunks)} found`;
  return wordOf(seen) === content.word
    ? undefined
    : `${String(wordOf(seen))} is found and ${content.word} shown as indexed`;
}
