import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PausedPartitions } from './paused-partitions.ts';

const one = { topic: 't', partition: 0 };
const other = { topic: 't', partition: 1 };
let told: string[];
let partitions: PausedPartitions;
beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  partitions = new PausedPartitions({
    pause: (all) => void told.push(`pause ${all.map(({ partition }) => partition).join()}`),
    resume: (all) => void told.push(`resume ${all.map(({ partition }) => partition).join()}`),
  });
});
afterEach(() => void vi.useRealTimers());

it('lets a batch of another partition pass', async () => {
  partitions.pause(one);
  expect(await partitions.whenResumed(other)).toBe(true);
});

it('keeps a batch until its partition is resumed, and tells the client nothing', async () => {
  partitions.pause(one);
  const resumed = partitions.whenResumed(one);
  await vi.advanceTimersByTimeAsync(50);
  partitions.resume(one);
  expect(await resumed).toBe(true);
  expect(told).toEqual([]);
});

it('keeps it on when the partition is paused again at once', async () => {
  partitions.pause(one);
  const resumed = partitions.whenResumed(one);
  partitions.resume(one);
  partitions.pause(one);
  await vi.advanceTimersByTimeAsync(50);
  partitions.resume(one);
  expect(await resumed).toBe(true);
});

it('gives a batch back after a while and has the client fetch nothing more until then', async () => {
  partitions.pause(one);
  const resumed = partitions.whenResumed(one);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await resumed).toBe(false);
  expect(told).toEqual(['pause 0']);
  partitions.resume(one);
  expect(told).toEqual(['pause 0', 'resume 0']);
});

it('lets everything go when its partitions are given up', async () => {
  partitions.pause(one);
  const resumed = partitions.whenResumed(one);
  partitions.clear();
  expect(await resumed).toBe(true);
  expect(told).toEqual([]);
});
