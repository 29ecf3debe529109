/** This process's copy of `registry`, tailed from the start. Entries that cannot be read are passed over: they were never valid. */
import {
  PlatformError,
  RegistryEntry,
  decodeMessage,
  topics,
  type AgentEntry,
  type IncomingMessage,
  type WorkflowEntry,
} from '@waybill/contracts';
import type { Clock, MessageLog, RecordBatch, Tail } from '@waybill/messaging';
import { Positions } from '../../domain/positions.ts';
import type { Registry } from '../../ports/registry.ts';

export interface RegistryCopyOptions {
  readonly log: MessageLog;
  readonly clock: Clock;
  onUnreadable(message: IncomingMessage): void;
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

export class RegistryCopy implements Registry {
  revision = 0;
  private readonly versions = new Map<string, Map<number, WorkflowEntry>>();
  private readonly latest = new Map<string, WorkflowEntry>();
  private readonly agentsByName = new Map<string, AgentEntry>();
  private readonly positions: Positions;
  private tail: Tail | undefined;

  constructor(private readonly options: RegistryCopyOptions) {
    this.positions = new Positions((ms, callback) => options.clock.after(ms, callback));
  }

  async start(): Promise<void> {
    this.tail = await this.options.log.tail({
      topics: [topics.registry],
      from: 'start',
      onRecords: (batch) => this.take(batch),
    });
  }

  async close(): Promise<void> {
    await this.tail?.close();
  }

  findWorkflow(name: string, version?: number): WorkflowEntry | undefined {
    return version === undefined ? this.latest.get(name) : this.versions.get(name)?.get(version);
  }

  workflows(): readonly WorkflowEntry[] {
    return [...this.latest.values()].toSorted(byName);
  }

  workflowNames(): Iterable<string> {
    return this.latest.keys();
  }

  findAgent(name: string): AgentEntry | undefined {
    return this.agentsByName.get(name);
  }

  agents(): readonly AgentEntry[] {
    return [...this.agentsByName.values()].toSorted(byName);
  }

  async catchUp(timeoutMs: number): Promise<void> {
    const ends = await this.options.log.endOffsets(topics.registry);
    try {
      await this.positions.waitFor(topics.registry, ends, timeoutMs);
    } catch (cause) {
      throw new PlatformError('unavailable', { detail: 'The registry could not be read to its end in time.', cause });
    }
  }

  private take(batch: RecordBatch): void {
    for (const record of batch.records) {
      try {
        if (record.value !== null) this.add(decodeMessage(record, RegistryEntry));
      } catch {
        this.options.onUnreadable(record);
      }
    }
    this.positions.moved(batch.topic, batch.partition, batch.nextOffset);
  }

  private add(entry: RegistryEntry): void {
    if (entry.kind === 'agent') this.addAgent(entry);
    else this.addWorkflow(entry);
    this.revision += 1;
  }

  /** A name and version lies on one partition only if its hash does too, so the first that is seen is not the same everywhere by itself. */
  private addWorkflow(entry: WorkflowEntry): void {
    let versions = this.versions.get(entry.name);
    if (!versions) this.versions.set(entry.name, (versions = new Map<number, WorkflowEntry>()));
    if (!versions.has(entry.version)) versions.set(entry.version, entry);
    const latest = this.latest.get(entry.name);
    if (!latest || latest.version < entry.version) this.latest.set(entry.name, versions.get(entry.version)!);
  }

  private addAgent(entry: AgentEntry): void {
    const known = this.agentsByName.get(entry.name);
    if (!known || known.version <= entry.version) this.agentsByName.set(entry.name, entry);
  }
}
