/**
 * Settings of the platform in one process, from the environment. Prints names, never values.
 * Absent servers mean the embedded adapters; settings that belong together and are only half given are an error.
 */
import { resolve } from 'node:path';
import { PlatformError } from '@waybill/contracts';
import { readGatewayConfig, type GatewayConfig } from '@waybill/gateway';
import { modelConfigOf, modelSettings, type ModelConfig } from '@waybill/models';
import { z } from 'zod';

const Environment = z.object({
  ...modelSettings,
  WAYBILL_DATA_DIR: z.string().min(1).default('.waybill'),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('warn'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
});

/** Settings of servers that this composition does not use. */
const serverSettings = ['KAFKA_BROKERS', 'DATABASE_URL', 'REDIS_URL', 'S3_ENDPOINT'] as const;

export interface PlatformConfig {
  /** Of the gateway, its port among them. */
  readonly gateway: GatewayConfig;
  /** Absolute. */
  readonly dataDir: string;
  readonly logLevel: z.infer<typeof Environment>['LOG_LEVEL'];
  readonly model: ModelConfig;
  readonly otlpEndpoint?: string;
}

/** Throws `invalid_configuration` naming every setting that is wrong. Empty variables count as absent. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): PlatformConfig {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new PlatformError('invalid_configuration', {
      detail: `Settings that are not valid: ${problems.join('; ')}.`,
    });
  }
  refuseServers(given);
  return assemble(parsed.data, readGatewayConfig(given));
}

function assemble(settings: z.infer<typeof Environment>, gateway: GatewayConfig): PlatformConfig {
  return {
    gateway,
    dataDir: resolve(settings.WAYBILL_DATA_DIR),
    logLevel: settings.LOG_LEVEL,
    model: modelConfigOf(settings),
    ...(settings.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined && { otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT }),
  };
}

function refuseServers(given: Readonly<Record<string, unknown>>): void {
  const named = serverSettings.filter((name) => given[name] !== undefined);
  if (named.length === 0) return;
  throw new PlatformError('invalid_configuration', {
    detail: `npm start runs everything embedded and uses no servers, but ${named.join(', ')} is set. Unset it.`,
  });
}

/** For commands that talk to a platform on servers. */
export const withoutServers = (
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) => !(serverSettings as readonly string[]).includes(name)),
  );
