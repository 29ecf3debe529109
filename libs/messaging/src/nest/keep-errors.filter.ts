/**
 * Hands an error to the transport as it is, where Nest would put "Internal server error" in its place: class and code decide whether a record is tried again.
 * It stands last among the filters of a class, so filters of methods and classes come first. Global filters do not see errors of log handlers: in the gateway they write HTTP.
 */
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';

@Catch()
export class KeepErrors implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() !== 'rpc') throw error; // a controller of log handlers has no other routes
    return throwError(() => error);
  }
}
