/** Chooses the model. Settings were parsed by whoever calls; nothing is loaded before the first call. */
import type { HotState } from '@waybill/storage';
import type { Model } from './model.ts';
import { CoolDown } from './openai/cool-down.ts';
import { OpenAiModel, type OpenAiOptions } from './openai/openai-model.ts';
import { SimulatedModel } from './simulated/simulated-model.ts';

export type ModelConfig =
  | { readonly provider: 'simulated'; readonly tokensPerSecond?: number }
  | ({ readonly provider: 'openai' } & OpenAiOptions);

export interface ModelPorts {
  readonly hot: Pick<HotState, 'get' | 'set'>;
  readonly clock: { now(): number };
}

export function openModel(config: ModelConfig, { hot, clock }: ModelPorts): Model {
  switch (config.provider) {
    case 'simulated':
      return new SimulatedModel(config);
    case 'openai': {
      const shared = `${config.baseUrl ?? 'openai'}/${config.model}`;
      return new OpenAiModel(config, new CoolDown(shared, hot, clock), clock);
    }
  }
}
