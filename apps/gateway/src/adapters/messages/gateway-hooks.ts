/** What goes wrong while the log is read, as counts and lines of the log. */
import type { ConsumerHooks, DeadLetterCounter } from '@waybill/messaging';
import type { Logger } from '@waybill/telemetry';
import type { HttpMetrics } from '../http/http-metrics.ts';
import type { Alarms } from './alarms.ts';

export function alarmsOf(logger: Logger, http: HttpMetrics): Alarms {
  return {
    onGap: (taskId) => {
      http.alarm('gap');
      logger.error('Events of a task are missing between two records.', { task_id: taskId });
    },
    onHole: (taskId, seq) => {
      http.alarm('hole');
      logger.error('A stream could not go on: an event is neither in memory nor in the read model.', {
        task_id: taskId,
        seq,
      });
    },
    onUnreadable: ({ topic, partition, offset }) => {
      http.alarm('unreadable');
      logger.warn('A record was passed over: it cannot be read.', { topic, partition, offset });
    },
  };
}

export interface Losses {
  /** The consumer that writes the read model. */
  readonly projection: string;
  readonly alarms: Alarms;
  readonly dead: DeadLetterCounter;
}

/** Batches are those of the projection: it alone reports them. */
export const hooksOf = (logger: Logger, http: HttpMetrics, { projection, alarms, dead }: Losses): ConsumerHooks => ({
  onBatch: ({ records }) => http.countProjected(records),
  onRetry: ({ consumer, error }) => {
    if (consumer !== projection) return logger.warn('Records are handled again', { consumer, error });
    http.alarm('projection');
    logger.error('The read model could not be written; it is tried again.', { error });
  },
  onDeadLetter({ message }) {
    dead.onDeadLetter();
    alarms.onUnreadable(message);
  },
  onError: (error, doing) => logger.warn('Something failed that does not stop the gateway', { doing, error }),
});
