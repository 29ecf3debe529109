/**
 * The port of this process's copy of the topic `registry`.
 * Promise: the first offset of a name and version wins, on every instance alike and for good (domain/claims.ts says why).
 */
import type { AgentCard, AgentEntry, WorkflowEntry } from '@waybill/contracts';
import type { Claim } from '../domain/claims.ts';

export interface Registry {
  /** The latest version when none is given. */
  findWorkflow(name: string, version?: number): WorkflowEntry | undefined;
  /** Latest versions, by name. */
  workflows(): readonly WorkflowEntry[];
  workflowNames(): Iterable<string>;
  findAgent(name: string): AgentEntry | undefined;
  /** By name. */
  agents(): readonly AgentEntry[];
  /** The record of this key stands and is the first of its name and version. */
  isHolder(key: string): boolean;
  /** Claims that stand behind another of the same name and version. */
  lostClaims(): readonly Claim[];
  /** Grows with every entry that was taken up: what was derived from the registry is derived anew. */
  readonly revision: number;
  /** Resolves when everything that is on the topic now was taken up; rejects with `unavailable` when that takes longer, also when the log does not answer. */
  catchUp(timeoutMs: number): Promise<void>;
}

export const cardOf = (agent: AgentEntry): AgentCard => ({ queue: agent.queue, max_tokens: agent.max_tokens });
