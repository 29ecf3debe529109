/**
 * Settings of the platform in one process, from the environment. Prints names, never values.
 * Absent servers mean the embedded adapters; settings that belong together and are only half given are an error.
 */
import { resolve } from 'node:path';
import { PlatformError } from '@waybill/contracts';
import { readGatewayConfig, type GatewayConfig } from '@waybill/gateway';
import { z } from 'zod';

const Environment = z.object({
  WAYBILL_DATA_DIR: z.string().min(1).default('.waybill'),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('warn'),
  AGENTIC_NO_LLM: z.stringbool().optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z.url().optional(),
  OPENAI_MODEL: z.string().min(1).default('gpt-4o-mini'),
  SIMULATED_TOKENS_PER_SECOND: z.coerce.number().nonnegative().default(0),
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
  /** Undefined: the simulated model. */
  readonly provider?: { readonly apiKey: string; readonly baseUrl?: string; readonly model: string };
  /** 0: as fast as it can. */
  readonly simulatedTokensPerSecond: number;
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
  const provider = providerOf(settings);
  return {
    gateway,
    dataDir: resolve(settings.WAYBILL_DATA_DIR),
    logLevel: settings.LOG_LEVEL,
    simulatedTokensPerSecond: settings.SIMULATED_TOKENS_PER_SECOND,
    ...(provider && { provider }),
    ...(settings.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined && { otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT }),
  };
}

function providerOf(settings: z.infer<typeof Environment>): PlatformConfig['provider'] {
  const { AGENTIC_NO_LLM: none, OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: model } = settings;
  if (none === true) return undefined;
  if (apiKey === undefined) {
    if (none !== false && baseUrl === undefined) return undefined;
    const why = none === false ? 'AGENTIC_NO_LLM=0 asks for a model' : 'OPENAI_BASE_URL is set';
    throw new PlatformError('invalid_configuration', {
      detail: `${why}, but OPENAI_API_KEY is not. Set both or neither.`,
    });
  }
  return baseUrl === undefined ? { apiKey, model } : { apiKey, baseUrl, model };
}

function refuseServers(given: Readonly<Record<string, unknown>>): void {
  const named = serverSettings.filter((name) => given[name] !== undefined);
  if (named.length === 0) return;
  throw new PlatformError('invalid_configuration', {
    detail: `npm start runs everything embedded and uses no servers, but ${named.join(', ')} is set. Unset it.`,
  });
}
