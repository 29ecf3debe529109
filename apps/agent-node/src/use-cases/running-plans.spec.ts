import { PlatformError } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { Activity } from './running-plans.ts';

const [first, second] = [new PlatformError('cancelled'), new PlatformError('unavailable')];

it('ends once, for the first reason, and tells who asks before and after it', () => {
  const told: unknown[] = [];
  const activity = new Activity('p1');
  activity.onStop((reason) => told.push(reason));
  activity.end(first);
  activity.end(second);
  expect(told).toEqual([first]);
  activity.onStop((reason) => told.push(reason));
  expect([told[1], activity.signal.reason]).toEqual([first, first]);
});
