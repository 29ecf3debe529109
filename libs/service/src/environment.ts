/**
 * Settings from the environment, parsed once per process. Variables that are empty or blank count as absent: as a number a blank would be 0.
 * Promise: a message names every setting that is wrong, and never a value.
 */
import { plainIssue, PlatformError } from '@waybill/contracts';
import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Of every service that runs as a process of its own. */
export const ServiceSettings = z.object({
  KAFKA_BROKERS: z
    .string()
    .transform((list) => list.split(',').map((broker) => broker.trim()))
    .pipe(z.array(z.string().regex(/^\S+:\d+$/, 'has to look like host:port,host:port')).min(1)),
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
