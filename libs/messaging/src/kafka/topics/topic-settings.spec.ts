import { topics, topicSpecs } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import { configOf, weaknessesOf, type FoundTopic } from './topic-settings.ts';

const settings = { partitions: 12, replicas: 3, minInSyncReplicas: 2 };
const found = (name: string, change: Record<string, string> = {}, replicas = 3): FoundTopic => ({
  name,
  partitions: 12,
  replicas,
  config: new Map(Object.entries({ ...configOf(name, settings), ...change })),
});

it.each(topicSpecs.map(({ name }) => name))('%s has no weakness when it was made here', (name) => {
  expect(weaknessesOf(found(name), settings)).toEqual([]);
});

describe('a topic that somebody else made is too weak', () => {
  it.each([
    [
      'it forgets the record',
      found(topics.planEvents, { 'retention.ms': '604800000' }),
      /plan\.events: retention\.ms is 604800000 and has to be -1/,
    ],
    [
      'it forgets requests too early',
      found(topics.taskRequests, { 'retention.ms': '1000' }),
      /task\.requests: retention\.ms is 1000 and has to be at least 604800000/,
    ],
    ['it is bounded in bytes', found(topics.planEvents, { 'retention.bytes': '1000000' }), /retention\.bytes/],
    [
      'it compacts the record',
      found(topics.planEvents, { 'cleanup.policy': 'compact' }),
      /cleanup\.policy is compact and has to be delete/,
    ],
    [
      'it drops definitions',
      found(topics.registry, { 'cleanup.policy': 'delete' }),
      /cleanup\.policy is delete and has to be compact/,
    ],
    [
      'one replica acknowledges',
      found(topics.planEvents, { 'min.insync.replicas': '1' }),
      /min\.insync\.replicas is 1 and has to be at least 2/,
    ],
    ['it has one replica', found(topics.planEvents, {}, 1), /number of replicas is 1 and has to be at least 3/],
    ['a replica that lags may lead', found(topics.planEvents, { 'unclean.leader.election.enable': 'true' }), /unclean/],
    [
      'brokers write it in a way that the client cannot read',
      found(topics.taskRequests, { 'compression.type': 'brotli' }),
      /compression\.type is brotli and has to be producer/,
    ],
    [
      'it compacts a claim at once',
      found(topics.registry, { 'min.compaction.lag.ms': '0' }),
      /registry: min\.compaction\.lag\.ms is 0 and has to be at least 86400000/,
    ],
    ['it refuses large records', found(topics.planEvents, { 'max.message.bytes': '1000012' }), /max\.message\.bytes/],
  ])('when %s', (_, topic, says) => {
    expect(weaknessesOf(topic, settings).join()).toMatch(says);
  });
});

it('more than what is asked for is fine', () => {
  expect(
    weaknessesOf(
      found(topics.taskRequests, { 'retention.ms': '-1', 'min.insync.replicas': '3', 'compression.type': 'zstd' }, 5),
      settings,
    ),
  ).toEqual([]);
});

it('the registry loses nothing to compaction that is younger than a day', () => {
  expect(configOf(topics.registry, settings)).toMatchObject({ 'min.compaction.lag.ms': String(24 * 3_600_000) });
  expect(configOf(topics.planEvents, settings)).not.toHaveProperty('min.compaction.lag.ms');
});
