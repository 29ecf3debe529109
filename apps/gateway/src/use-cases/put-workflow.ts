/**
 * Stores a version of a workflow on the registry.
 * Promises: a version never changes; the answer is given after the gateway has read its own record back, so of two that write one version at once
 * one is told `workflow_conflict`, what it wrote is withdrawn, and one that gave no version takes the next that is free.
 */
import {
  limits,
  PlatformError,
  registryKey,
  topics,
  type Json,
  type NormalDefinition,
  type WorkflowEntry,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { commandRecord, type Caller } from '../domain/command-record.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Registry } from '../ports/registry.ts';
import type { ResolveWorkflow } from './resolve-workflow.ts';
import type { WithdrawClaims } from './withdraw-claims.ts';

export interface PutWorkflowParts {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly registry: Registry;
  readonly workflows: ResolveWorkflow;
  readonly claims: WithdrawClaims;
  /** Where a key lands. */
  partitionOf(key: string, partitions: number): number;
}

const patienceMs = 5_000;

export class PutWorkflow {
  constructor(private readonly parts: PutWorkflowParts) {}

  async execute(name: string, body: Json, caller: Caller): Promise<{ entry: WorkflowEntry; isNew: boolean }> {
    const { registry } = this.parts;
    await registry.catchUp(patienceMs);
    // Each round that is lost has stored another's version, so it ends.
    for (;;) {
      const entry = this.entryFor(name, body);
      const known = registry.findWorkflow(entry.name, entry.version);
      if (known) return { entry: same(known, entry), isNew: false };
      const { stored, isNew } = await this.store(entry, caller);
      if (stored.hash === entry.hash || hasVersion(body)) return { entry: same(stored, entry), isNew };
    }
  }

  /** Answers what is there of that version now, and whether it was this caller who stored it. */
  private async store(entry: WorkflowEntry, caller: Caller): Promise<{ stored: WorkflowEntry; isNew: boolean }> {
    const { registry } = this.parts;
    const key = await this.append(entry, caller);
    await registry.catchUp(patienceMs);
    const isNew = registry.isHolder(key);
    await this.parts.claims.execute();
    const stored = registry.findWorkflow(entry.name, entry.version);
    if (stored) return { stored, isNew };
    throw new PlatformError('unavailable', { detail: 'The workflow was written and could not be read back yet.' });
  }

  private entryFor(name: string, body: Json): WorkflowEntry {
    const { registry, workflows } = this.parts;
    const normal = workflows.normalise(body, '');
    const given = body as { name?: string };
    if (given.name !== undefined && given.name !== name) {
      const detail = `The address says ${name}, the body says ${given.name}.`;
      throw new PlatformError('invalid_definition', { detail, pointer: '/name' });
    }
    const latest = registry.findWorkflow(name);
    if (hasVersion(body) || !latest) return this.entry({ ...normal, name });
    const asLatest = this.entry({ ...normal, name, version: latest.version });
    return asLatest.hash === latest.hash ? latest : this.entry({ ...normal, name, version: versionAfter(latest) });
  }

  private entry(definition: NormalDefinition): WorkflowEntry {
    const { name, version } = definition;
    return { kind: 'workflow', name, version, hash: this.parts.workflows.hash(definition), definition };
  }

  /** All versions of a name lie on one partition, so that the first one is the first everywhere. */
  private async append(entry: WorkflowEntry, caller: Caller): Promise<string> {
    const { log, clock, crypto } = this.parts;
    const partition = this.parts.partitionOf(`workflow/${entry.name}`, await log.partitions(topics.registry));
    const meta = { id: crypto.newId(), time: new Date(clock.now()).toISOString(), caller };
    const place = { topic: topics.registry, key: registryKey(entry, meta.id), partition };
    await log.append([commandRecord(place, 'RegistryEntry', JSON.stringify(entry), meta)]);
    return place.key;
  }
}

const hasVersion = (body: Json): boolean => (body as { version?: number }).version !== undefined;

function versionAfter({ name, version }: WorkflowEntry): number {
  if (version < limits.workflowVersion) return version + 1;
  const detail = `Version ${version} of ${name} is the last that there can be. Give the new one a lower version that is free.`;
  throw new PlatformError('workflow_conflict', { detail, pointer: '/version' });
}

function same(stored: WorkflowEntry, wanted: WorkflowEntry): WorkflowEntry {
  if (stored.hash === wanted.hash) return stored;
  throw new PlatformError('workflow_conflict', {
    detail: `Version ${stored.version} of ${stored.name} exists with another body. Give the new one another version, or none.`,
    pointer: '/version',
  });
}
