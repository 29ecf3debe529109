/**
 * Starts the readers of the log, and says when they have caught up.
 * Promise: `isReady` once registry and projection have passed the ends that the log had at the start, and the tail stands.
 */
import type { MessageLog } from '@waybill/messaging';
import type { LogPositions } from '../../ports/log-positions.ts';
import type { Registry } from '../../ports/registry.ts';
import type { WithdrawClaims } from '../../use-cases/withdraw-claims.ts';
import { projectedTopics } from './read-model.projection.ts';

export interface CatchUpParts {
  readonly log: MessageLog;
  readonly registry: Registry;
  readonly claims: WithdrawClaims;
  readonly projection: LogPositions;
  /** The projection has passed the requests that were there at the start: their keys are back. */
  onRestored(): void;
}

/** It may take as long as it takes. */
const patienceMs = 2_000_000_000;

export class CatchUp {
  readonly checks = { registry: false, tail: false, projection: false };
  private caughtUp: Promise<unknown> | undefined;

  constructor(private readonly parts: CatchUpParts) {}

  get isReady(): boolean {
    return this.checks.registry && this.checks.tail && this.checks.projection;
  }

  /** Resolves when all subscriptions stand; catching up goes on. */
  async start(listen: () => Promise<unknown>): Promise<void> {
    const { log } = this.parts;
    const ends = await Promise.all(projectedTopics.map(async (topic) => [topic, await log.endOffsets(topic)] as const));
    await listen();
    this.checks.tail = true;
    this.caughtUp = Promise.all([this.readRegistry(), this.readProjection(ends)]);
    this.caughtUp.catch(() => undefined);
  }

  async whenReady(): Promise<void> {
    await this.caughtUp;
  }

  private async readRegistry(): Promise<void> {
    await this.parts.registry.catchUp(patienceMs);
    this.checks.registry = true;
    await this.parts.claims.execute();
  }

  private async readProjection(ends: readonly (readonly [string, readonly number[]])[]): Promise<void> {
    const { parts } = this;
    await Promise.all(ends.map(([topic, offsets]) => parts.projection.waitFor(topic, offsets, patienceMs)));
    parts.onRestored();
    this.checks.projection = true;
  }
}
