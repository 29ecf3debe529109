/**
 * Everything in the gateway that reads the log, started and closed together.
 * Promise: `isReady` once registry, projection and tail have passed the ends that the log had at the start.
 */
import { topics } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';
import type { LiveTail } from './live-tail.ts';
import { projectedTopics, type ReadModelProjection } from './read-model.projection.ts';
import type { RegistryCopy } from './registry-copy.ts';
import type { ReplyInbox } from './reply-inbox.ts';

export interface LogReadersParts {
  readonly log: MessageLog;
  readonly registry: RegistryCopy;
  readonly tail: LiveTail;
  readonly projection: ReadModelProjection;
  readonly replies: ReplyInbox;
  /** The projection has passed the requests that were there at the start: their keys are back. */
  onRestored(): void;
}

/** Catching up may take as long as it takes. */
const patienceMs = 2_000_000_000;

export class LogReaders {
  readonly checks = { registry: false, tail: false, projection: false };
  private ready: Promise<void> | undefined;

  constructor(private readonly parts: LogReadersParts) {}

  /** Resolves when all subscriptions stand; catching up goes on. */
  async start(): Promise<void> {
    const { log, registry, tail, projection, replies } = this.parts;
    const ends = await Promise.all(projectedTopics.map(async (topic) => [topic, await log.endOffsets(topic)] as const));
    await log.endOffsets(topics.registry);
    await tail.start();
    this.checks.tail = true;
    await replies.start();
    await registry.start();
    await projection.start();
    this.ready = this.catchUp(ends);
    this.ready.catch(() => undefined);
  }

  get isReady(): boolean {
    return this.checks.registry && this.checks.tail && this.checks.projection;
  }

  whenReady(): Promise<void> {
    return this.ready ?? Promise.resolve();
  }

  async close(): Promise<void> {
    const { registry, tail, projection, replies } = this.parts;
    await Promise.all([replies.close(), tail.close(), registry.close(), projection.close()]);
  }

  private async catchUp(ends: readonly (readonly [string, readonly number[]])[]): Promise<void> {
    await Promise.all([
      this.parts.registry.catchUp(patienceMs).then(() => (this.checks.registry = true)),
      Promise.all(ends.map(([topic, offsets]) => this.parts.projection.waitFor(topic, offsets, patienceMs))).then(
        () => {
          this.parts.onRestored();
          this.checks.projection = true;
        },
      ),
    ]);
  }
}
