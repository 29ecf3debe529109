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

it('does not hold up the events of a task that runs alone', async () => {
  const pace = open();
  for (const records of [4, 2, 4, 2]) {
    expect(await waited(pace, records)).toBeLessThanOrEqual(2);
    now += 3;
  }
});

it('lets records gather the longer the more of them come, up to a bound', async () => {
  const pace = open();
  await pace.keep(1);
  expect([await waited(pace, 10), await waited(pace, 40), await waited(pace, 1_000)]).toEqual([5, 20, 30]);
});

it.each([
  { perMs: 1, apart: 1 },
  { perMs: 4, apart: 30 },
])('settles at $apart ms where $perMs records come in a millisecond', async ({ perMs, apart }) => {
  const pace = open();
  let last = now;
  const since = (): number => now - last;
  for (let fetch = 0, records = 8; fetch < 50; fetch += 1, records = Math.floor(since() * perMs)) {
    last = now;
    await pace.keep(records);
  }
  expect(since()).toBe(apart);
});

it('counts the time since the last fetch', async () => {
  const pace = open();
  await pace.keep(40);
  now += 15;
  expect(await waited(pace, 40)).toBe(5);
});

it('waits as long as its reader allows', async () => {
  const pace = open(100);
  await pace.keep(1);
  expect(await waited(pace, 1)).toBe(100);
});
