/**
 * How far a group has come, as its coordinator knows it. The one that its members have found is asked, and found anew where it says nothing: whoever asks any broker may meet one that is frozen,
 * and the whole assignment waits for the answer.
 */
import { backOffMs, type Pauses } from '../../back-off.ts';
import type { Claim, TopicPartition } from '../../message-log.ts';
import { nameOf } from '../../partition-name.ts';
import type { FetchedOffsets } from '../client/group-cluster.ts';
import { unlessSilent, type Coordinator } from './coordinator.ts';
import { isPassing } from './group-refusals.ts';

const retry = { firstMs: 50, mostMs: 2_000, attempts: 8 };

export interface Asked {
  readonly groupId: string;
  /** After which a coordinator that says nothing is given up, ms. */
  readonly silenceMs: number;
  readonly rests: Pauses;
  readonly coordinator: Pick<Coordinator, 'find' | 'forget'>;
  /** Nobody wants to know any more, or the group is being joined anew: the coordinator would answer only afterwards, and seem silent. */
  isUnwanted(): boolean;
}

/** The partitions with what is committed of them. Rejects after some seconds. */
export async function committedOf(asked: Asked, partitions: readonly TopicPartition[]): Promise<readonly Claim[]> {
  for (let failures = 1; ; failures += 1) {
    try {
      return claimsOf(partitions, await ask(asked, partitions));
    } catch (error) {
      if (!isPassing(error) || failures === retry.attempts || asked.isUnwanted()) throw error;
      asked.coordinator.forget();
    }
    await asked.rests.wait(backOffMs(retry, failures));
  }
}

async function ask(asked: Asked, partitions: readonly TopicPartition[]): Promise<FetchedOffsets> {
  const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
  const topics = [...byTopic].map(([topic, of]) => ({ topic, partitions: of.map(({ partition }) => ({ partition })) }));
  refuseUnwanted(asked);
  const coordinator = await asked.coordinator.find();
  refuseUnwanted(asked);
  const answer = coordinator.offsetFetch({ groupId: asked.groupId, topics });
  return unlessSilent(coordinator, asked.silenceMs, answer);
}

function refuseUnwanted(asked: Asked): void {
  if (asked.isUnwanted()) throw new Error(`${asked.groupId} was left, or is joined anew`);
}

function claimsOf(partitions: readonly TopicPartition[], { responses }: FetchedOffsets): readonly Claim[] {
  const found = new Map(
    responses.flatMap(({ topic, partitions: of }) => of.map((one) => [nameOf({ topic, ...one }), one] as const)),
  );
  return partitions.map(({ topic, partition }) => {
    const { offset = '-1', metadata } = found.get(nameOf({ topic, partition })) ?? {};
    if (Number(offset) < 0) return { topic, partition };
    const committed = { topic, partition, offset: Number(offset), ...(metadata ? { metadata } : {}) };
    return { topic, partition, committed };
  });
}
