/** What operators are told of requests that are refused because something is away for a while: the reason, seldom. */
import type { PlatformError } from '@waybill/contracts';
import { Seldom, type Logger } from '@waybill/telemetry';

export class RefusalLog {
  private readonly seldom: Seldom;

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    now?: () => number,
  ) {
    this.seldom = new Seldom(now);
  }

  add(error: PlatformError): void {
    const untold = this.seldom.untold(error.code);
    if (untold !== undefined) this.logger.warn('Requests are refused for now.', { error, untold });
  }
}
