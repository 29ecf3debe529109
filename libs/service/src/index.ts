/** What the processes of the services share: settings, log, telemetry, status page, and how they end. */
export { Closing } from './closing.ts';
export { databaseSettings, readSettings, ServiceSettings, type Environment } from './environment.ts';
export { runService, type ServiceContext, type ServiceDefinition } from './run-service.ts';
export { redisAddress } from './server-addresses.ts';
