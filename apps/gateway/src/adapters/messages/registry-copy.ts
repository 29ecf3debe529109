/** This process's copy of `registry`. */
import { topics, type AgentEntry, type RegistryEntry, type WorkflowEntry } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { LogPositions } from '../../ports/log-positions.ts';
import { Claims, type Claim } from '../../domain/claims.ts';
import type { Registry } from '../../ports/registry.ts';
import { FreshReads } from '../../use-cases/fresh-reads.ts';

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

export class RegistryCopy implements Registry {
  revision = 0;
  private readonly workflowClaims = new Claims<WorkflowEntry>();
  private readonly agentClaims = new Claims<AgentEntry>();
  /** By patience, of which there are few: those who have the same ask the log together. */
  private readonly reads = new Map<number, FreshReads>();

  constructor(
    private readonly log: MessageLog,
    /** Of the reader that feeds it. */
    private readonly reader: LogPositions,
    private readonly clock: Clock,
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

  catchUp(timeoutMs: number): Promise<void> {
    const { log, reader, clock } = this;
    let reads = this.reads.get(timeoutMs);
    if (!reads) this.reads.set(timeoutMs, (reads = new FreshReads({ log, reader, clock, patienceMs: timeoutMs })));
    return reads.wait(topics.registry);
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
