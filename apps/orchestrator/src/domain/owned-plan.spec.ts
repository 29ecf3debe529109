import type { PlanFact } from '@waybill/contracts';
import type { Core } from '@waybill/workflow';
import { expect, it } from 'vitest';
import { OwnedPlan } from './owned-plan.ts';

const mebi = 1024 * 1024;
const core: Core = { decide: () => ({ events: [] }), evolve: (plan) => plan };
const fact = { type: 'TaskCancelled', time: '2026-01-01T00:00:00.000Z', data: {} } as unknown as PlanFact;

it('wants a snapshot after so many events, and not before', () => {
  const owned = new OwnedPlan('p', core);
  owned.apply(fact);
  expect(owned.wantsSnapshot(2)).toBe(false);
  owned.apply(fact);
  expect(owned.wantsSnapshot(2)).toBe(true);
  owned.snapshotTaken(100);
  expect(owned.wantsSnapshot(2)).toBe(false);
});

it('wants none while it is too large for one, and large events before the last snapshot do not count', () => {
  const owned = new OwnedPlan('p', core);
  owned.apply(fact);
  owned.stored(15 * mebi);
  expect(owned.wantsSnapshot(1)).toBe(true);
  owned.snapshotTaken(1 * mebi);
  owned.apply(fact);
  owned.stored(14 * mebi);
  expect(owned.wantsSnapshot(1)).toBe(true);
  owned.stored(2 * mebi);
  expect(owned.wantsSnapshot(1)).toBe(false);
});
