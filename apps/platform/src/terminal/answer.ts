/** The output of a task, for reading: an answer with its text, everything else as JSON. */
import type { Json } from '@waybill/contracts';

export function answerText(output: Json): string {
  if (typeof output === 'string') return output;
  if (typeof output === 'object' && output !== null && !Array.isArray(output) && typeof output['answer'] === 'string')
    return output['answer'];
  return JSON.stringify(output, null, 2);
}
