/**
 * What operators are told of requests that are refused because something is away for a while: the reason of the first, and then of one in ten seconds,
 * with how many there were in between. Each of them would be thousands of lines of the same.
 */
import type { ErrorCode, PlatformError } from '@waybill/contracts';
import type { Logger } from '@waybill/telemetry';

const quietMs = 10_000;

interface Told {
  readonly at: number;
  untold: number;
}

export class RefusalLog {
  private readonly told = new Map<ErrorCode, Told>();

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(error: PlatformError): void {
    const at = this.now();
    const last = this.told.get(error.code);
    if (last && at - last.at < quietMs) {
      last.untold += 1;
      return;
    }
    this.told.set(error.code, { at, untold: 0 });
    this.logger.warn('Requests are refused for now.', { error, untold: last?.untold ?? 0 });
  }
}
