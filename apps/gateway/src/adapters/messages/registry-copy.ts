/** This process's copy of `registry`. */
import { PlatformError, topics, type AgentEntry, type RegistryEntry, type WorkflowEntry } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';
import type { LogPositions } from '../../ports/log-positions.ts';
import type { Registry } from '../../ports/registry.ts';

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

export class RegistryCopy implements Registry {
  revision = 0;
  private readonly versions = new Map<string, Map<number, WorkflowEntry>>();
  private readonly latest = new Map<string, WorkflowEntry>();
  private readonly agentsByName = new Map<string, AgentEntry>();

  constructor(
    private readonly log: MessageLog,
    /** Of the reader that feeds it. */
    private readonly reader: LogPositions,
  ) {}

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
    const ends = await this.log.endOffsets(topics.registry);
    try {
      await this.reader.waitFor(topics.registry, ends, timeoutMs);
    } catch (cause) {
      throw new PlatformError('unavailable', { detail: 'The registry could not be read to its end in time.', cause });
    }
  }

  add(entry: RegistryEntry): void {
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
    if (!known || known.version < entry.version) this.agentsByName.set(entry.name, entry);
  }
}
