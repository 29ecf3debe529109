/** What every service shows of its consumers: how far they are behind, and how much they have put aside. */
import type { Metrics } from '@waybill/telemetry';
import type { LogTransport } from './log-transport.ts';

export interface DeadLetterCounter {
  /** Goes into the transport's hooks. */
  onDeadLetter(): void;
}

/** `waybill_<prefix>_consumer_lag_records`, read at each scrape and at no other time. */
export function showConsumerLag(metrics: Metrics, prefix: string, transport: Pick<LogTransport, 'lags'>): void {
  metrics.gauge({
    name: `waybill_${prefix}_consumer_lag_records`,
    help: 'Records between what a consumer has handled and the end of its topics, of the partitions held here.',
    labelNames: ['consumer', 'topic'],
    async collect(gauge) {
      const lags = await transport.lags();
      gauge.clear(); // what is no longer held is no longer ours
      for (const { consumer, topic, records } of lags) gauge.labels({ consumer, topic }).set(records);
    },
  });
}

/** `waybill_<prefix>_dead_letters_total`. */
export function deadLetterCounter(metrics: Metrics, prefix: string): DeadLetterCounter {
  const dead = metrics
    .counter({
      name: `waybill_${prefix}_dead_letters_total`,
      help: 'Records that were put aside because they cannot be processed.',
    })
    .labels();
  return { onDeadLetter: () => dead.inc() };
}
