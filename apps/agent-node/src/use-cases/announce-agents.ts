/**
 * Announces this node's agents on `registry`.
 * Promise: what the registry holds already is not written again, so nodes that come and go leave no trace there.
 */
import { defaultOwner, encodeMessage, registryKey, topics, type AgentEntry } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { source } from '../domain/activation.ts';

export interface AnnounceAgentsPorts {
  readonly log: Pick<MessageLog, 'append'>;
  readonly clock: Pick<Clock, 'now'>;
  /** The keys that the registry holds. */
  readonly knownKeys: () => Promise<ReadonlySet<string>>;
  /** Told of an agent whose content differs from what is known under its name and version: the first one wins. */
  readonly onConflict: (entry: AgentEntry) => void;
}

export class AnnounceAgents {
  constructor(private readonly ports: AnnounceAgentsPorts) {}

  async execute(entries: readonly AgentEntry[]): Promise<void> {
    const { log, clock, knownKeys, onConflict } = this.ports;
    const known = await knownKeys();
    const missing = entries.filter((entry) => !known.has(registryKey(entry)));
    for (const entry of missing) {
      const prefix = registryKey({ ...entry, hash: '' });
      if ([...known].some((key) => key.startsWith(prefix))) onConflict(entry);
    }
    if (missing.length === 0) return;
    const time = new Date(clock.now()).toISOString();
    await log.append(
      missing.map((entry) => {
        const key = registryKey(entry);
        return encodeMessage({ topic: topics.registry, key, name: 'AgentEntry' }, entry, {
          id: key,
          source,
          time,
          owner: defaultOwner,
        });
      }),
    );
  }
}
