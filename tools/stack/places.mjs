/** Where the native servers live: folders, ports, and the settings with which services reach them. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const host = '127.0.0.1';
const firstPort = Number(process.env['WAYBILL_STACK_PORT'] ?? 29_000);

/** 1, or 3: those are a cluster of their own, which can run beside the one broker. */
export const brokerCount = process.env['WAYBILL_STACK_BROKERS'] ?? '1';

export const ports = {
  kafka: firstPort + 92,
  /** Of three. Each has its controller on the next one. */
  kafkaCluster: [firstPort + 94, firstPort + 96, firstPort + 98],
  kafkaSecured: firstPort + 100,
  postgres: firstPort + 432,
  redis: firstPort + 379,
  minio: firstPort + 900,
};

/** PostgreSQL runs under an account of its own when we are root, which cannot reach root's home. */
const base =
  process.env['WAYBILL_STACK_DIR'] ??
  (process.getuid?.() === 0 ? '/var/cache/waybill-stack' : join(homedir(), '.cache', 'waybill-stack'));

/** What was installed; safe to keep. @param {...string} parts */
export const cached = (...parts) => inFolder('cache', parts);
/** Data, logs and pids of running servers. Stacks on other ports have other data. @param {...string} parts */
export const running = (...parts) => inFolder(`run-${firstPort}`, parts);

/** @param {string} folder @param {string[]} parts */
function inFolder(folder, parts) {
  mkdirSync(join(base, folder), { recursive: true });
  return join(base, folder, ...parts);
}

export const s3 = { accessKey: 'waybill', secretKey: 'waybill-secret', bucket: 'waybill' };
/** Of the roles in tools/database/roles.sql; a server that only loopback reaches has no secrets. */
export const databasePassword = 'waybill';

/** The settings of who works on this stack with a role in the database. @param {'gateway' | 'orchestrator' | 'rag_indexer' | 'postgres'} role @returns {Record<string, string>} */
export const settings = (role) => ({
  ...withoutDatabase(),
  DATABASE_URL: `postgres://${role}:${databasePassword}@${host}:${ports.postgres}/waybill`,
});

/** Those of a service, as an operator gives them. @param {'gateway' | 'orchestrator' | 'agent-node' | 'rag-indexer'} service @returns {Record<string, string>} */
export const serviceSettings = (service) =>
  service === 'agent-node' ? withoutDatabase() : settings(service === 'rag-indexer' ? 'rag_indexer' : service);

const brokerPorts = brokerCount === '3' ? ports.kafkaCluster : [ports.kafka];
const withoutDatabase = () => ({
  KAFKA_BROKERS: brokerPorts.map((port) => `${host}:${port}`).join(','),
  REDIS_URL: `redis://${host}:${ports.redis}`,
  S3_ENDPOINT: `http://${host}:${ports.minio}`,
  S3_ACCESS_KEY: s3.accessKey,
  S3_SECRET_KEY: s3.secretKey,
  S3_BUCKET: s3.bucket,
});
