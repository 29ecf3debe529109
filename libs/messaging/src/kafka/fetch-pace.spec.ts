import { beforeEach, expect, it } from 'vitest';
import { FetchPace } from './fetch-pace.ts';

let now = 0;
beforeEach(() => void (now = 0));

const open = (gatherMs?: number): FetchPace =>
  new FetchPace(
    gatherMs,
    async (ms) => void (now += ms),
    () => now,
  );

async function waited(pace: FetchPace, records: number): Promise<number> {
  const begun = now;
  await pace.keep(records);
  return now - begun;
}

it('pauses for a moment after records that come one by one', async () => {
  const pace = open();
  expect(await waited(pace, 1)).toBe(1);
  now += 10;
  expect(await waited(pace, 1)).toBe(1);
});

it('lets records gather the longer the more of them come, up to a bound', async () => {
  const pace = open();
  await pace.keep(1);
  expect([await waited(pace, 1), await waited(pace, 10), await waited(pace, 1_000)]).toEqual([5, 20, 30]);
});

it('counts the time since the last fetch', async () => {
  const pace = open();
  await pace.keep(10);
  now += 15;
  expect(await waited(pace, 10)).toBe(5);
});

it('waits as long as its reader allows', async () => {
  const pace = open(100);
  await pace.keep(1);
  expect(await waited(pace, 1)).toBe(100);
});
