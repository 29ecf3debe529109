/** A reader over a cluster that is made up, and what it hands over. */
import { onTestFinished } from 'vitest';
import { Reader } from '../kafka/reading/reader.ts';
import type { MadeUpCluster } from './made-up-cluster.ts';

export interface Read {
  readonly reader: Reader;
  /** `value of partition`, as they come. */
  readonly came: string[];
  readonly troubles: unknown[];
}

/** Closed when the test has ended. */
export function reading(
  made: MadeUpCluster,
  deliver: (partition: number, values: readonly string[]) => Promise<boolean> = async () => true,
): Read {
  const came: string[] = [];
  const troubles: unknown[] = [];
  const reader = new Reader({
    cluster: made.cluster,
    deliver: async ({ partition, records }) => {
      const values = records.map(({ value }) => value as string);
      came.push(...values.map((value) => `${value} of ${partition}`));
      return deliver(partition, values);
    },
    outOfRange: async () => 0,
    onTrouble: (error) => troubles.push(error),
  });
  onTestFinished(() => reader.close());
  return { reader, came, troubles };
}

export const from = (...offsets: (number | undefined)[]) =>
  offsets.flatMap((offset, partition) => (offset === undefined ? [] : [{ topic: 't', partition, offset }]));
