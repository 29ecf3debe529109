/** `npm run start:gateway`: the gateway as a process of its own, on Kafka, PostgreSQL and S3. */
import { databaseSettings, runService } from '@waybill/service';
import { openObjects, objectSettings } from '@waybill/storage/s3';
import { postgresReadModels } from './adapters/typeorm/postgres-read-models.ts';
import { gatewayConfigOf, gatewaySettings } from './config.ts';
import { startGateway } from './start-gateway.ts';

await runService({
  name: 'gateway',
  settings: { ...gatewaySettings, ...objectSettings, ...databaseSettings },
  environment: process.env,
  start: async ({ settings, common, closing }) => {
    const objects = await openObjects(settings, common.logger);
    const readModels = postgresReadModels(settings.DATABASE_URL);
    const gateway = await startGateway({ ...common, objects, readModels, config: gatewayConfigOf(settings) });
    closing.add('gateway', gateway);
    common.logger.info('Listening', { url: gateway.address });
    await gateway.ready();
  },
});
