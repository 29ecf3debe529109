import type { PlatformError } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { withHint } from './kafka-access.ts';
import { unavailable } from './kafka-errors.ts';

/** As the client says that topics could not be made. */
const refusal = (topic: string, type: string, message: string) => Object.assign(new Error(message), { topic, type });
const several = Object.assign(new Error('Topic creation errors'), {
  errors: [
    refusal('plan.events', 'INVALID_REPLICATION_FACTOR', 'Replication-factor is invalid'),
    refusal('registry', 'TOPIC_AUTHORIZATION_FAILED', 'Topic authorization failed'),
  ],
});

it('says of each topic why it could not be made', () => {
  expect(unavailable('prepare its topics', several).detail).toBe(
    'Kafka could not prepare its topics: plan.events: Replication-factor is invalid; registry: Topic authorization failed. Nothing is lost: what was not acknowledged is sent again.',
  );
});

it('says where to look when a user is not allowed something, wherever that stands', () => {
  const [, one] = several.errors;
  for (const cause of [several, one, Object.assign(new Error('tried often'), { cause: one })]) {
    const hinted = withHint(unavailable('prepare its topics', cause), {}) as PlatformError;
    expect(hinted).toMatchObject({ code: 'log_unavailable', detail: expect.stringMatching(/docs\/operations\.md/) });
    expect(hinted.cause).toBe(cause);
  }
});

it('leaves alone what it cannot explain', () => {
  const other = unavailable('append to plan.events', new Error('out of luck'));
  expect(withHint(other, {})).toBe(other);
  expect(withHint(one, {})).toBe(one);
});
const one = new TypeError('a fault');
