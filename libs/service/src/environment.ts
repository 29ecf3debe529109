/**
 * Settings from the environment, parsed once per process. Variables that are empty or blank count as absent: as a number a blank would be 0.
 * Promise: a message names every setting that is wrong, and never a value.
 */
import { plainIssue, PlatformError } from '@waybill/contracts';
import { z } from 'zod';
import { brokerAddresses, databaseAddress } from './server-addresses.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How brokers are talked to, and as whom; files are PEM. */
export const KafkaAccessSettings = z.object({
  KAFKA_SSL: z.enum(['true', 'false']).default('false'),
  KAFKA_SSL_CA: z.string().optional(),
  KAFKA_SSL_CERT: z.string().optional(),
  KAFKA_SSL_KEY: z.string().optional(),
  KAFKA_SASL_MECHANISM: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['plain', 'scram-sha-256', 'scram-sha-512']))
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
});
export type KafkaAccessSettings = z.infer<typeof KafkaAccessSettings>;

/** Of every service that runs as a process of its own. */
export const ServiceSettings = z.object({
  KAFKA_BROKERS: brokerAddresses,
  ...KafkaAccessSettings.shape,
  /** Of topics that are made; fixed for life. */
  KAFKA_PARTITIONS: z.coerce.number().int().min(1).max(1_000).default(12),
  KAFKA_REPLICAS: z.coerce.number().int().min(1).optional(),
  KAFKA_MIN_IN_SYNC_REPLICAS: z.coerce.number().int().min(1).optional(),
  KAFKA_SESSION_TIMEOUT_MS: z.coerce.number().int().min(6_000).default(6_000),
  LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  /** Where `/metrics`, `/healthz` and `/readyz` are; absent: nowhere. */
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** `production` refuses topics that could lose what was acknowledged. */
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
});
export type ServiceSettings = z.infer<typeof ServiceSettings>;

/** Of services that keep something in PostgreSQL. */
export const databaseSettings = { DATABASE_URL: databaseAddress };

const replicaSettings: ReadonlySet<unknown> = new Set(['KAFKA_REPLICAS', 'KAFKA_MIN_IN_SYNC_REPLICAS', 'NODE_ENV']);

/** Those of every service and its own, which must not contradict one another. */
export function serviceSettings<Shape extends z.ZodRawShape>(own: Shape) {
  return ServiceSettings.extend(own)
    .refine((settings) => isWritable(settings as ServiceSettings), {
      path: ['KAFKA_MIN_IN_SYNC_REPLICAS'],
      error:
        'must not be more than KAFKA_REPLICAS, or topics would refuse every write (where they are left out: 2 of 3 in production, otherwise 1 of 1)',
      // Beside what is wrong elsewhere, but not with numbers that are none.
      when: ({ issues }) => !issues.some(({ path }) => replicaSettings.has(path?.[0])),
    })
    .refine((settings) => arePortsApart(settings as { METRICS_PORT?: number; PORT?: number }), {
      path: ['METRICS_PORT'],
      error: 'must not be PORT, which has the same pages',
    });
}

/** Of topics that are made, and what is asked of those that are there. */
export function replicationOf(settings: ServiceSettings): { replicas: number; minInSyncReplicas: number } {
  const isProduction = settings.NODE_ENV === 'production';
  return {
    replicas: settings.KAFKA_REPLICAS ?? (isProduction ? 3 : 1),
    minInSyncReplicas: settings.KAFKA_MIN_IN_SYNC_REPLICAS ?? (isProduction ? 2 : 1),
  };
}

function isWritable(settings: ServiceSettings): boolean {
  const { replicas, minInSyncReplicas } = replicationOf(settings);
  return minInSyncReplicas <= replicas;
}

/** 0 is a port of its own each time. */
const arePortsApart = ({ METRICS_PORT, PORT }: { METRICS_PORT?: number; PORT?: number }): boolean =>
  !METRICS_PORT || METRICS_PORT !== PORT;

/** Throws `invalid_configuration`. */
export function readSettings<Shape extends z.ZodRawShape>(
  shape: z.ZodObject<Shape>,
  environment: Environment,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.');
    const isMissing = issue.code === 'invalid_type' && given[name] === undefined;
    return isMissing ? `${name} is missing` : `${name}: ${plainIssue(issue)}`;
  });
  throw new PlatformError('invalid_configuration', { detail: `Settings that are not valid: ${problems.join('; ')}.` });
}
