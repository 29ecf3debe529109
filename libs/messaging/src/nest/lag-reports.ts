/** Tells the hooks, now and then, how far each consumer is behind the end of its topics. */
import type { Clock } from '../clock.ts';
import type { ConsumerHooks } from '../consumers/consumer-options.ts';
import type { MessageLog, Position } from '../message-log.ts';

export interface ConsumerPosition extends Position {
  readonly consumer: string;
}

export interface LagReportsOptions {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly hooks?: ConsumerHooks;
  readonly lagEveryMs?: number;
}

export class LagReports {
  #cancel: (() => void) | undefined;

  constructor(
    private readonly options: LagReportsOptions,
    private readonly positions: () => readonly ConsumerPosition[],
  ) {}

  start(): void {
    if (!this.options.hooks?.onLag) return;
    this.#cancel = this.options.clock.after(this.options.lagEveryMs ?? 15_000, () => {
      this.start();
      this.#report().catch((error: unknown) => this.options.hooks?.onError?.(error, 'lag'));
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  async #report(): Promise<void> {
    const positions = this.positions();
    const topics = [...new Set(positions.map(({ topic }) => topic))];
    const ends = new Map(
      await Promise.all(topics.map(async (topic) => [topic, await this.options.log.endOffsets(topic)] as const)),
    );
    for (const { consumer, topic, partition, offset } of positions) {
      const end = ends.get(topic)?.[partition] ?? offset;
      this.options.hooks?.onLag?.({ consumer, topic, partition, records: Math.max(0, end - offset) });
    }
  }
}
