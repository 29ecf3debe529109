/** Which model, from the environment: the same names for the platform in one process and for an agent node of its own. */
import { PlatformError } from '@waybill/contracts';
import { z } from 'zod';
import type { ModelConfig } from './open-model.ts';

export const modelSettings = {
  /** 1: no provider is called, whatever keys are set. */
  AGENTIC_NO_LLM: z.stringbool().optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z.url().optional(),
  OPENAI_MODEL: z.string().min(1).default('gpt-4o-mini'),
  /** 0: as fast as it can. */
  SIMULATED_TOKENS_PER_SECOND: z.coerce.number().nonnegative().default(0),
};
const Settings = z.object(modelSettings);

/** Throws `invalid_configuration` for settings that are only half given. */
export function modelConfigOf(settings: z.infer<typeof Settings>): ModelConfig {
  const { AGENTIC_NO_LLM: none, OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: model } = settings;
  const simulated: ModelConfig = { provider: 'simulated', tokensPerSecond: settings.SIMULATED_TOKENS_PER_SECOND };
  if (none === true) return simulated;
  if (apiKey !== undefined) return { provider: 'openai', apiKey, model, ...(baseUrl !== undefined && { baseUrl }) };
  if (none !== false && baseUrl === undefined) return simulated;
  const why = none === false ? 'AGENTIC_NO_LLM=0 asks for a model' : 'OPENAI_BASE_URL is set';
  throw new PlatformError('invalid_configuration', {
    detail: `${why}, but OPENAI_API_KEY is not. Set both or neither.`,
  });
}
