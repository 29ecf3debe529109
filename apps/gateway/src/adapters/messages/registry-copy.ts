/** This process's copy of `registry`. */
import { PlatformError, topics, type AgentEntry, type RegistryEntry, type WorkflowEntry } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';
import type { LogPositions } from '../../ports/log-positions.ts';
import { Claims, type Claim } from '../../domain/claims.ts';
import type { Registry } from '../../ports/registry.ts';

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

export class RegistryCopy implements Registry {
  revision = 0;
  private readonly workflowClaims = new Claims<WorkflowEntry>();
  private readonly agentClaims = new Claims<AgentEntry>();

  constructor(
    private readonly log: MessageLog,
    /** Of the reader that feeds it. */
    private readonly reader: LogPositions,
  ) {}

  findWorkflow(name: string, version?: number): WorkflowEntry | undefined {
    return this.workflowClaims.find(name, version);
  }

  workflows(): readonly WorkflowEntry[] {
    return [...this.workflowClaims.latestVersions.values()].toSorted(byName);
  }

  workflowNames(): Iterable<string> {
    return this.workflowClaims.latestVersions.keys();
  }

  findAgent(name: string): AgentEntry | undefined {
    return this.agentClaims.find(name);
  }

  agents(): readonly AgentEntry[] {
    return [...this.agentClaims.latestVersions.values()].toSorted(byName);
  }

  isHolder(key: string): boolean {
    return this.workflowClaims.isHolder(key) || this.agentClaims.isHolder(key);
  }

  lostClaims(): readonly Claim[] {
    return [...this.workflowClaims.lost, ...this.agentClaims.lost];
  }

  async catchUp(timeoutMs: number): Promise<void> {
    const ends = await this.log.endOffsets(topics.registry);
    try {
      await this.reader.waitFor(topics.registry, ends, timeoutMs);
    } catch (cause) {
      throw new PlatformError('unavailable', { detail: 'The registry could not be read to its end in time.', cause });
    }
  }

  add(claim: Claim, entry: RegistryEntry): void {
    if (entry.kind === 'agent') this.agentClaims.add(claim, entry);
    else this.workflowClaims.add(claim, entry);
    this.revision += 1;
  }

  withdraw(key: string): void {
    this.workflowClaims.withdraw(key);
    this.agentClaims.withdraw(key);
    this.revision += 1;
  }
}
