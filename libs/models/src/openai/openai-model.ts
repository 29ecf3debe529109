/**
 * Any OpenAI-compatible provider, through LangChain's client, which is loaded with the first call.
 * Promises those of the port; a silent stream counts as failed after the idle time-out; no key, prompt or answer enters an error.
 */
import type { ChatOpenAI } from '@langchain/openai';
import { PlatformError } from '@waybill/contracts';
import type { Model, ModelAnswer, ModelCallOptions, ModelRequest } from '../model.ts';
import type { CoolDown } from './cool-down.ts';
import { countAtMost } from './count-tokens.ts';
import { classifyFailure, isRateLimit } from './failures.ts';
import { promptOf, type Prompt } from './prompts.ts';
import { Said } from './said.ts';

export interface OpenAiOptions {
  readonly apiKey: string;
  readonly model: string;
  readonly baseUrl?: string | undefined;
  /** The longest answer; default 2,000. */
  readonly maxOutputTokens?: number;
  /** The longest silence: until the first piece and between two; default 60 s. */
  readonly idleTimeoutMs?: number;
}

const defaults = { maxOutputTokens: 2_000, idleTimeoutMs: 60_000 };

/** With less room for an answer the call is not worth making. */
const leastOutputTokens = 64;

export class OpenAiModel implements Model {
  readonly name: string;
  private readonly options: OpenAiOptions & typeof defaults;

  constructor(
    options: OpenAiOptions,
    private readonly coolDown: CoolDown,
    private readonly clock: { now(): number },
  ) {
    this.name = options.model;
    const { maxOutputTokens = defaults.maxOutputTokens, idleTimeoutMs = defaults.idleTimeoutMs } = options;
    this.options = { ...options, maxOutputTokens, idleTimeoutMs };
  }

  async stream(request: ModelRequest, { signal, onToken }: ModelCallOptions): Promise<ModelAnswer> {
    const prompt = promptOf(request);
    const output = await this.roomFor(prompt, request.maxTokens);
    await this.coolDown.check(this.name);
    const idle = new IdleWatch(this.options.idleTimeoutMs, signal);
    try {
      return await this.speak(await this.client(output), prompt, idle, onToken);
    } catch (error) {
      if (signal.aborted) throw new PlatformError('cancelled', { cause: error });
      const failure = classifyFailure(idle.expired ? new Error('timed out') : error, this.name, this.clock.now());
      if (isRateLimit(error)) await this.coolDown.begin(failure.retryAfterMs);
      throw failure;
    } finally {
      idle.end();
    }
  }

  /** The longest answer that prompt and limit leave room for. */
  private async roomFor({ system, user }: Prompt, maxTokens: number): Promise<number> {
    const { maxOutputTokens } = this.options;
    const prompt = await countAtMost([system, user], maxTokens - maxOutputTokens);
    const output = Math.min(maxOutputTokens, maxTokens - prompt);
    if (output >= Math.min(leastOutputTokens, maxOutputTokens)) return output;
    const detail = `The prompt has about ${prompt} tokens; no answer fits into the ${maxTokens} that this activation may use.`;
    throw new PlatformError('budget_exhausted', { detail });
  }

  /** The client's own retries are off: the orchestrator knows the budget and the deadline. */
  private async client(maxTokens: number): Promise<ChatOpenAI> {
    const { ChatOpenAI: Client } = await import('@langchain/openai');
    const { apiKey, baseUrl, model, idleTimeoutMs } = this.options;
    // Its own log would show pieces of answers on the terminal, whatever is in them.
    const configuration = { logLevel: 'off' as const, ...(baseUrl !== undefined && { baseURL: baseUrl }) };
    return new Client({
      apiKey,
      model,
      maxTokens,
      maxRetries: 0,
      timeout: idleTimeoutMs,
      streamUsage: true,
      configuration,
    });
  }

  private async speak(
    client: ChatOpenAI,
    { system, user }: Prompt,
    idle: IdleWatch,
    onToken: (text: string) => void,
  ): Promise<ModelAnswer> {
    const said = new Said(onToken);
    const messages: ['system' | 'human', string][] = [['human', user]];
    if (system !== '') messages.unshift(['system', system]);
    for await (const chunk of await client.stream(messages, { signal: idle.signal })) {
      idle.heard();
      said.hear(chunk);
    }
    // A client that sees the abort between two pieces ends its stream as if it were complete.
    idle.signal.throwIfAborted();
    return { ...(await said.end([system, user])), model: this.name };
  }
}

/** Aborts the call when the caller does, or when nothing was heard for too long. */
class IdleWatch {
  expired = false;
  readonly signal: AbortSignal;
  private readonly silence = new AbortController();
  private timer: ReturnType<typeof setTimeout>;

  constructor(
    private readonly timeoutMs: number,
    caller: AbortSignal,
  ) {
    this.signal = AbortSignal.any([caller, this.silence.signal]);
    this.timer = this.start();
  }

  heard(): void {
    this.timer.refresh();
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.expired = true;
      this.silence.abort();
    }, this.timeoutMs);
  }
}
