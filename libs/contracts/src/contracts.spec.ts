import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical.ts';
import { errorCatalogue, errorCodes, failureOf, PlatformError } from './errors.ts';
import { PlanEvent, planEventTypes, terminalEventTypes } from './events.ts';
import type { Json } from './json.ts';
import { agentQueue, deadLetterTopic, topicSpec, workTopic } from './topics.ts';

describe('canonical JSON', () => {
  it('is the same text for the same value, whatever the order of keys', () => {
    expect(canonicalJson({ b: 1, a: [true, null, { d: 'x', c: 2 }] })).toBe('{"a":[true,null,{"c":2,"d":"x"}],"b":1}');
  });

  it('reads back as the value it was made from', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value as Json))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('errors', () => {
  it('are retried when their class is transient, and never otherwise', () => {
    for (const code of errorCodes)
      expect(new PlatformError(code).retryable).toBe(errorCatalogue[code][0] === 'transient');
  });

  it('travel as class, code and detail', () => {
    expect(failureOf(new PlatformError('model_failed', { detail: 'no', retryAfterMs: 5 }))).toEqual({
      class: 'transient',
      code: 'model_failed',
      detail: 'no',
      retry_after_ms: 5,
    });
    expect(failureOf(new PlatformError('cycle'))).toEqual({
      class: 'invalid',
      code: 'cycle',
      detail: 'The steps form a cycle',
    });
  });

  it('that nobody knows count as bugs', () => {
    expect(failureOf(new Error('oops'))).toEqual({ class: 'bug', code: 'internal', detail: 'oops' });
    expect(failureOf('text')).toMatchObject({ class: 'bug', detail: 'text' });
  });

  it('a failure is told of whatever was thrown, also of what cannot be looked at', () => {
    const fail = (): never => {
      throw new Error('not to be looked at');
    };
    const things = [
      Object.create(null),
      new Proxy({}, { getPrototypeOf: fail }),
      Object.defineProperty(new Error('x'), 'message', { get: fail }),
      Object.defineProperty(new PlatformError('cycle'), 'detail', { get: fail }),
    ];
    for (const thrown of things)
      expect(failureOf(thrown)).toEqual({ class: 'bug', code: 'internal', detail: 'What was thrown cannot be read.' });
  });
});

describe('topics', () => {
  it('that are not listed are work, or dead letters by their name', () => {
    expect(topicSpec(workTopic(agentQueue('writer')))).toMatchObject({ name: 'tasks.agent.writer', class: 'work' });
    expect(topicSpec(deadLetterTopic('orchestrator'))).toMatchObject({
      name: 'orchestrator.dlq',
      class: 'dead-letters',
    });
    expect(topicSpec('plan.events').retentionMs).toBeUndefined();
  });
});

describe('plan events', () => {
  it('of every type have a schema, and three of them are the last', () => {
    const listed = PlanEvent.options.map((option) => option.shape.type.value);
    expect(listed.toSorted()).toEqual(planEventTypes.toSorted());
    expect([...terminalEventTypes]).toEqual(['TaskCompleted', 'TaskFailed', 'TaskCancelled']);
  });
});
