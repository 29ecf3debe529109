export { splitQuestion } from './extract/facets.ts';
export { closestQuote } from './extract/select-quotes.ts';
export {
  cutNotes,
  type Model,
  type ModelAnswer,
  type ModelCallOptions,
  type ModelPassage,
  type ModelRequest,
  type ModelTask,
} from './model.ts';
export { openModel, type ModelConfig, type ModelPorts } from './open-model.ts';
export type { OpenAiOptions } from './openai/openai-model.ts';
export { sourceLine } from './simulated/compose.ts';
export { SimulatedModel, type SimulatedOptions } from './simulated/simulated-model.ts';
export { modelConfigOf, modelSettings } from './model-settings.ts';
