/** Reads the registry once, up to its present end. */
import { topics, type IncomingMessage } from '@waybill/contracts';
import { BroadcastConsumer, type Clock, type MessageLog } from '@waybill/messaging';

/** A registry that cannot be read up to its end in this time counts as read: an agent that is announced again stands behind itself, and is withdrawn. */
const readAtMostMs = 5_000;

export async function readRegistryKeys(log: MessageLog, clock: Clock): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const reader = new BroadcastConsumer({
    log,
    clock,
    name: 'agent-node.registry',
    topics: [topics.registry],
    from: 'start',
    handle: ({ key, value }: IncomingMessage) => void (value === null ? keys.delete(key) : keys.add(key)),
    onDeadLetter: () => Promise.resolve(),
  });
  const ends = await log.endOffsets(topics.registry);
  await reader.start();
  await reader.waitFor(topics.registry, ends, readAtMostMs).catch(() => undefined);
  await reader.close();
  return keys;
}
