/** Every record of a topic up to the ends it has now, or had when they were asked for. */
import type { IncomingMessage } from '@waybill/contracts';
import type { MessageLog, TailOptions } from './message-log.ts';

interface ReadToEndOptions {
  readonly from: Exclude<TailOptions['from'], 'end'>;
  /** The next offset of each partition, as `endOffsets` answered it; absent: as it answers now. */
  readonly to?: readonly number[];
  /** What it throws ends the reading. */
  readonly onRecord: (record: IncomingMessage) => void;
}

export async function readToEnd(log: MessageLog, topic: string, options: ReadToEndOptions): Promise<void> {
  const { from, onRecord, to: ends = await log.endOffsets(topic) } = options;
  const first = (partition: number): number => (from === 'start' ? 0 : (from.get(topic)?.[partition] ?? 0));
  const open = new Set(ends.keys());
  for (const [partition, end] of ends.entries()) if (end <= first(partition)) open.delete(partition);
  if (open.size === 0) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const tail = await log.tail({
    topics: [topic],
    from,
    onRecords({ partition, records, nextOffset }) {
      try {
        for (const record of records) if (record.offset < ends[partition]!) onRecord(record);
      } catch (error) {
        reject(error);
      }
      if (nextOffset >= ends[partition]!) open.delete(partition);
      if (open.size === 0) resolve();
    },
  });
  try {
    await promise;
  } finally {
    await tail.close();
  }
}
