/**
 * Gathers what the model says, as the record may hold it.
 * Promises: a NUL and half of a surrogate pair become U+FFFD, in the pieces too; a pair that two pieces share stays whole.
 */
import type { AIMessageChunk } from '@langchain/core/messages';
import { recordable, Usage } from '@waybill/contracts';
import { filterNote, truncationNote } from '../model.ts';
import { countPrompt, countText } from './count-tokens.ts';
import { NoAnswer, NoWord } from './failures.ts';

/** Why an answer ended before its model was done, to what is said of it; both interfaces have a word for the limit. */
const cuts: ReadonlyMap<unknown, string> = new Map([
  ['length', truncationNote],
  ['incomplete', truncationNote],
  ['content_filter', filterNote],
]);

export class Said {
  private text = '';
  /** The first half of a pair: the other one may be in the next piece. */
  private half = '';
  private usage: Usage | undefined;
  private cut: string | undefined;
  private finished = false;

  constructor(private readonly onToken: (text: string) => void) {}

  hear(chunk: AIMessageChunk): void {
    const heard = this.half + chunk.text;
    this.half = /[\ud800-\udbff]$/.exec(heard)?.[0] ?? '';
    this.say(heard.slice(0, heard.length - this.half.length));
    const { usage_metadata: usage, response_metadata: metadata } = chunk;
    this.usage = usageOf(usage) ?? this.usage;
    const reason: unknown = metadata['finish_reason'] ?? (metadata['status'] as unknown);
    this.finished ||= reason !== undefined;
    this.cut ??= cuts.get(reason);
  }

  async end(prompt: readonly string[]): Promise<{ text: string; usage: Usage }> {
    this.say(this.half);
    if (!this.finished) throw this.text === '' ? new NoAnswer() : new Error('The stream ended without its finish');
    if (this.text.trim() === '') throw new NoWord();
    if (this.cut !== undefined) this.say(`\n\n${this.cut}`);
    this.usage ??= { prompt_tokens: await countPrompt(prompt), completion_tokens: await countText(this.text) };
    return { text: this.text, usage: this.usage };
  }

  private say(piece: string): void {
    if (piece === '') return;
    const text = recordable(piece);
    this.text += text;
    this.onToken(text);
  }
}

/** Undefined when the provider tells nothing, or what no record could hold. */
function usageOf(told: AIMessageChunk['usage_metadata']): Usage | undefined {
  return Usage.safeParse({ prompt_tokens: told?.input_tokens, completion_tokens: told?.output_tokens }).data;
}
