/** After a change of embedder the passages get new vectors beside the daily work. */
import 'reflect-metadata';
import { PlatformError } from '@waybill/contracts';
import type { KnowledgeIndex } from '@waybill/storage';
import { nullLogger } from '@waybill/telemetry';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IndexerFixture } from './testing/indexer-fixture.ts';

let t: IndexerFixture;
beforeEach(async () => {
  t = new IndexerFixture();
  await t.open();
});
afterEach(() => t.close());

/** An index of which a renewal fails with these, one after the other. */
function failing(...errors: Error[]): { index: KnowledgeIndex; renewals: () => number } {
  let renewals = 0;
  const index = new Proxy<KnowledgeIndex>(t.index, {
    get(target, name) {
      if (name === 'renewVectors')
        return (embed: Parameters<KnowledgeIndex['renewVectors']>[0]) => {
          const error = errors[renewals++];
          return error ? Promise.reject(error) : target.renewVectors(embed);
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { index, renewals: () => renewals };
}
const turns = async (): Promise<void> => {
  for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
};

it('is tried again after what passes by itself: else words alone would find the passages until the next start', async () => {
  const outage = new PlatformError('unavailable', { detail: 'The database restarts.' });
  const { index, renewals } = failing(outage, outage);
  const infos: unknown[] = [];
  await t.start({ index, logger: { ...nullLogger, warn: (msg) => void infos.push(msg) } });
  await turns();
  expect(renewals()).toBe(3);
  expect(infos).toEqual(Array.from({ length: 2 }, () => expect.stringContaining('tried again in a minute')));
});

it('is left to the next start after anything else, and ends with the service', async () => {
  const { index, renewals } = failing(new Error('a bug'));
  await t.start({ index });
  await turns();
  expect(renewals()).toBe(1);
  await t.stop();
});
