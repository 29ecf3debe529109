/** A Nest microservice of one controller over a log in memory, for specs of handlers. */
import type { Provider, Type } from '@nestjs/common';
import type { LogTransport, LogTransportOptions } from '@waybill/messaging';
import { InMemoryMessageLog } from './in-memory-message-log.ts';
import { ManualClock } from './manual-clock.ts';

export interface ServedInMemory {
  readonly clock: ManualClock;
  readonly log: InMemoryMessageLog;
  readonly transport: LogTransport;
  readonly listen: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ServeOptions extends Partial<LogTransportOptions> {
  readonly providers?: readonly Provider[];
}

/** Nest is loaded only when somebody asks for it. */
export async function serveInMemory(
  controller: Type,
  { providers = [], ...options }: ServeOptions = {},
): Promise<ServedInMemory> {
  const [{ NestFactory }, messaging] = await Promise.all([import('@nestjs/core'), import('@waybill/messaging')]);
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions: 2 });
  const transport = new messaging.LogTransport({ log, clock, random: () => 0.5, group: 'service', ...options });
  class AppModule {}
  const module = {
    module: AppModule,
    controllers: [controller],
    providers: [...providers, { provide: messaging.LogTransport, useValue: transport }],
  };
  const app = await NestFactory.createMicroservice(module, { logger: false, strategy: transport });
  return { clock, log, transport, listen: () => app.listen().then(() => undefined), close: () => app.close() };
}
