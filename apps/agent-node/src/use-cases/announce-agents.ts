/**
 * Announces this node's agents on `registry`.
 * Promise: what the registry holds already, or holds otherwise, is not written again, so nodes that come and go leave no trace there.
 */
import { defaultOwner, encodeMessage, registryKey, topics, type AgentEntry } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { source } from '../domain/activation.ts';
import type { Spans } from '../ports/observation.ts';

export interface AnnounceAgentsPorts {
  readonly log: Pick<MessageLog, 'append'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly spans: Spans;
  /** The keys that the registry holds, in its order. */
  readonly knownKeys: () => Promise<ReadonlySet<string>>;
  /** An id that nobody had before. */
  readonly newClaim: () => string;
  /** Told of an agent whose content differs from what is known under its name and version: the first one wins. */
  readonly onConflict: (entry: AgentEntry) => void;
}

export class AnnounceAgents {
  constructor(private readonly ports: AnnounceAgentsPorts) {}

  async execute(entries: readonly AgentEntry[]): Promise<void> {
    const { knownKeys, onConflict } = this.ports;
    const known = await knownKeys();
    const missing: AgentEntry[] = [];
    for (const entry of entries) {
      const prefix = registryKey({ ...entry, hash: '' });
      const holder = [...known].find((key) => key.startsWith(prefix));
      if (holder === undefined) missing.push(entry);
      else if (!`${holder}/`.startsWith(`${registryKey(entry)}/`)) onConflict(entry);
    }
    if (missing.length > 0) await this.write(missing);
  }

  private async write(entries: readonly AgentEntry[]): Promise<void> {
    const { log, clock, spans, newClaim } = this.ports;
    const span = spans.startSpan('announce agents', { kind: 'internal' });
    const meta = {
      source,
      time: new Date(clock.now()).toISOString(),
      owner: defaultOwner,
      traceparent: span.traceparent,
    };
    try {
      await log.append(
        entries.map((entry) => {
          const key = registryKey(entry, newClaim());
          return encodeMessage({ topic: topics.registry, key, name: 'AgentEntry' }, entry, { ...meta, id: key });
        }),
      );
    } catch (error) {
      span.recordError(error);
      throw error;
    } finally {
      span.end();
    }
  }
}
