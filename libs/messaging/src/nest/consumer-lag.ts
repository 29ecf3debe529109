/** How far consumers are behind the end of their topics. Partitions that other members hold are theirs to count. */
import type { MessageLog, Position } from '../message-log.ts';

export interface ConsumerPosition extends Position {
  readonly consumer: string;
}

/** Records between what was handled and the end of the log, over all partitions of the topic that the consumer holds. */
export interface Lag {
  readonly consumer: string;
  readonly topic: string;
  readonly records: number;
}

export async function lagsOf(
  log: Pick<MessageLog, 'endOffsets'>,
  positions: readonly ConsumerPosition[],
): Promise<readonly Lag[]> {
  const topics = [...new Set(positions.map(({ topic }) => topic))];
  const ends = new Map(await Promise.all(topics.map(async (topic) => [topic, await log.endOffsets(topic)] as const)));
  const lags = new Map<string, Lag>();
  for (const { consumer, topic, partition, offset } of positions) {
    const behind = Math.max(0, (ends.get(topic)?.[partition] ?? offset) - offset);
    const key = `${consumer} ${topic}`;
    lags.set(key, { consumer, topic, records: (lags.get(key)?.records ?? 0) + behind });
  }
  return [...lags.values()];
}
