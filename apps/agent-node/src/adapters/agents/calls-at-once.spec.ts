import { expect, it } from 'vitest';
import type { ModelRequest } from '@waybill/models';
import { dormantTracer } from '@waybill/telemetry';
import { ManualClock } from '@waybill/testing';
import { MeteredModel } from './metered-model.ts';

it('calls at once stay together within what the activation may use', async () => {
  const asked: number[] = [];
  const model = {
    name: 'm',
    stream: async ({ maxTokens }: ModelRequest) => {
      asked.push(maxTokens);
      await Promise.resolve();
      return { text: 'x', usage: { prompt_tokens: 10, completion_tokens: maxTokens - 10 }, model: 'm' };
    },
  };
  const metered = new MeteredModel(model, {
    tracer: dormantTracer(),
    clock: new ManualClock(),
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    maxTokens: 100,
    onModelCall: () => undefined,
  });
  const options = { signal: new AbortController().signal, onToken: () => undefined };
  await Promise.allSettled(
    [1, 2, 3].map(() => metered.stream({ instructions: '', prompt: 'x', maxTokens: 100 }, options)),
  );
  const { prompt_tokens: prompt, completion_tokens: completion } = metered.usage!;
  expect(prompt + completion).toBeLessThanOrEqual(100);
});
