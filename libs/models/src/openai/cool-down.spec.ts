import { MemoryHotState } from '@waybill/storage';
import { expect, it } from 'vitest';
import { CoolDown } from './cool-down.ts';

/** What is said to who asks, after `passedMs` in which the wall clock went on by `wallMs`. */
async function asked(passedMs: number, wallMs: number): Promise<unknown> {
  const time = { passed: 0, wall: 1_700_000_000_000 };
  const coolDown = new CoolDown('m', new MemoryHotState({ now: () => time.passed }), { now: () => time.wall });
  await coolDown.begin(2_000);
  time.passed += passedMs;
  time.wall += wallMs;
  return coolDown.check('m').catch((error: unknown) => error);
}

it('tells the time that is left, until it has passed', async () => {
  expect(await asked(500, 500)).toMatchObject({ code: 'model_failed', retryAfterMs: 1_500 });
  expect(await asked(2_000, 2_000)).toBeUndefined();
});

it('asks for no more than the model did when the clock was set back', async () => {
  expect(await asked(500, -3_600_000)).toMatchObject({ retryAfterMs: 2_000 });
  expect(await asked(2_000, -3_600_000)).toBeUndefined();
});

it('is not cut short by a refusal that asks for less, of a call that was on its way', async () => {
  const time = { now: () => 1_700_000_000_000 };
  const coolDown = new CoolDown('m', new MemoryHotState(time), time);
  await coolDown.begin(60_000);
  await coolDown.begin(undefined);
  await expect(coolDown.check('m')).rejects.toMatchObject({ retryAfterMs: 60_000 });
  await coolDown.begin(90_000);
  await expect(coolDown.check('m')).rejects.toMatchObject({ retryAfterMs: 90_000 });
});
