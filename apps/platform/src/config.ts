/**
 * Settings of the platform in one process, from the environment. Prints names, never values.
 * Absent servers mean the embedded adapters; settings that belong together and are only half given are an error.
 */
import { resolve } from 'node:path';
import { PlatformError } from '@waybill/contracts';
import { gatewayConfigOf, gatewaySettings, type GatewayConfig } from '@waybill/gateway';
import { modelConfigOf, modelSettings, type ModelConfig } from '@waybill/models';
import { readSettings, type Environment } from '@waybill/service/environment';
import { z } from 'zod';

const Settings = z.object({
  ...gatewaySettings,
  ...modelSettings,
  WAYBILL_DATA_DIR: z.string().min(1).default('.waybill'),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('warn'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
});

const Address = z.object({ WAYBILL_URL: z.url({ protocol: /^https?$/ }).optional() });

/** Settings of servers that this composition does not use. */
const serverSettings = ['KAFKA_BROKERS', 'DATABASE_URL', 'REDIS_URL', 'S3_ENDPOINT'] as const;

export interface PlatformConfig {
  /** Of the gateway, its port among them. */
  readonly gateway: GatewayConfig;
  /** Absolute. */
  readonly dataDir: string;
  readonly logLevel: z.infer<typeof Settings>['LOG_LEVEL'];
  readonly model: ModelConfig;
  readonly otlpEndpoint?: string;
}

/** Throws `invalid_configuration` naming every setting that is wrong. Empty variables count as absent. */
export function parseConfig(environment: Environment): PlatformConfig {
  const settings = readSettings(Settings, environment);
  refuseServers(environment);
  return {
    gateway: gatewayConfigOf(settings),
    dataDir: resolve(settings.WAYBILL_DATA_DIR),
    logLevel: settings.LOG_LEVEL,
    model: modelConfigOf(settings),
    ...(settings.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined && { otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT }),
  };
}

function refuseServers(environment: Environment): void {
  const named = serverSettings.filter((name) => (environment[name] ?? '') !== '');
  if (named.length === 0) return;
  throw new PlatformError('invalid_configuration', {
    detail: `npm start runs everything embedded and uses no servers, but ${named.join(', ')} is set. Unset it.`,
  });
}

/** Where a platform was said to be, as its client wants it: without a slash at its end. Throws `invalid_configuration`. */
export const platformUrlOf = (environment: Environment): string | undefined =>
  readSettings(Address, environment).WAYBILL_URL?.replace(/\/+$/, '');

/** For commands that talk to a platform on servers. */
export const withoutServers = (environment: Environment): Environment =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) => !(serverSettings as readonly string[]).includes(name)),
  );
