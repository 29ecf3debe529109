import { topics } from '@waybill/contracts';
import type { MessageLog, Position, ReaderHandle } from '@waybill/messaging';
import { expect, it } from 'vitest';
import { lagOf } from './read-model.projection.ts';

const log = { endOffsets: (topic: string) => Promise.resolve(topic === topics.planEvents ? [100, 200] : [0, 0]) };
const lagWith = (...positions: Position[]) =>
  lagOf(log as unknown as MessageLog, { positions: () => positions } as unknown as ReaderHandle);

it('counts what this gateway has to write; partitions that others hold are theirs to count', async () => {
  const [first, second] = [0, 1].map((partition) => ({ topic: topics.planEvents, partition, offset: 90 }));
  expect(await lagWith(first!)).toBe(10);
  expect(await lagWith(first!, second!)).toBe(120);
  expect(await lagWith()).toBe(0);
});
