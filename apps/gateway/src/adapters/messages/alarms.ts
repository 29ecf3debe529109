/** What is met on the log and cannot be mended: it is counted and logged, and reading goes on. */
import type { IncomingMessage } from '@waybill/contracts';

export const ALARMS = Symbol('alarms');

export interface Alarms {
  /** Events of a task are missing between two records. */
  onGap(taskId: string): void;
  /** A stream cannot go on: not even the read model has the event. */
  onHole(taskId: string, seq: number): void;
  /** The record is passed over. */
  onUnreadable(message: IncomingMessage): void;
}

/** Records that cannot be read are passed over: nobody would read them better the next time. */
export function eachReadable(
  records: readonly IncomingMessage[],
  alarms: Pick<Alarms, 'onUnreadable'>,
  take: (record: IncomingMessage) => void,
): void {
  for (const record of records) {
    try {
      take(record);
    } catch {
      alarms.onUnreadable(record);
    }
  }
}
