/** The gateway: the public REST and SSE interface of the platform. */
export { refuseNewerReadModel, sqliteReadModels, type ReadModelSource } from './adapters/typeorm/read-model-source.ts';
export { gatewayConfigOf, gatewaySettings, type GatewayConfig } from './config.ts';
export { startGateway, type Gateway, type GatewayOptions } from './start-gateway.ts';
