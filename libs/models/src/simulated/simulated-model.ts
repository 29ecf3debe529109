/**
 * The model when there is no provider: extracts an answer from the passages, word by word, always the same.
 * Promises those of the port; an abort is noticed within milliseconds whatever the pace.
 */
import { setImmediate as yieldToLoop, setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '@waybill/contracts';
import { truncationNote, type Model, type ModelAnswer, type ModelCallOptions, type ModelRequest } from '../model.ts';
import { compose, type Composition } from './compose.ts';
import { countPrompt, countTokens } from './count-tokens.ts';

export interface SimulatedOptions {
  /** For demonstrations and benchmarks; 0: as fast as possible. */
  readonly tokensPerSecond?: number;
  /** Waits; rejects on abort. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const name = 'simulated';
const wordsPerYield = 32;
const shortestWaitMs = 4;

export class SimulatedModel implements Model {
  readonly name = name;
  private readonly tokensPerSecond: number;
  private readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;

  constructor(options: SimulatedOptions = {}) {
    this.tokensPerSecond = options.tokensPerSecond ?? 0;
    this.wait =
      options.wait ??
      ((ms, signal) => (ms === 0 ? yieldToLoop(undefined, { signal }) : sleep(ms, undefined, { signal })));
  }

  async stream(request: ModelRequest, { signal, onToken }: ModelCallOptions): Promise<ModelAnswer> {
    if (signal.aborted) throw new PlatformError('cancelled');
    const prompt = countPrompt(request);
    const text = fit(compose(request), request.maxTokens - prompt);
    if (text === undefined) {
      const detail = `The prompt has ${prompt} tokens; no answer fits into the ${request.maxTokens} that this activation may use.`;
      throw new PlatformError('budget_exhausted', { detail });
    }
    await this.speak(text, { signal, onToken });
    return { text, usage: { prompt_tokens: prompt, completion_tokens: countTokens(text) }, model: name };
  }

  private async speak(text: string, { signal, onToken }: ModelCallOptions): Promise<void> {
    const wordMs = this.tokensPerSecond > 0 ? 1_000 / this.tokensPerSecond : 0;
    let owedMs = 0;
    let sinceYield = 0;
    try {
      for (const [word] of text.trimEnd().matchAll(/\s*\S+/g)) {
        onToken(word);
        owedMs += wordMs * countTokens(word);
        sinceYield += 1;
        if (owedMs < shortestWaitMs && sinceYield < wordsPerYield) continue;
        await this.wait(owedMs < shortestWaitMs ? 0 : owedMs, signal);
        owedMs = 0;
        sinceYield = 0;
      }
      signal.throwIfAborted();
    } catch (error) {
      if (signal.aborted) throw new PlatformError('cancelled', { cause: error });
      throw error;
    }
  }
}

/** As many whole blocks as fit; undefined when not even the first does. */
function fit({ blocks, closing }: Composition, tokens: number): string | undefined {
  for (let count = blocks.length; count > 0; count -= 1) {
    const kept = blocks.slice(0, count);
    const note = count < blocks.length ? truncationNote : '';
    const text = [...kept.map((block) => block.text), note, closing(kept)].filter((part) => part !== '').join('\n\n');
    if (countTokens(text) <= tokens) return text;
  }
  return undefined;
}
