/** The record of a platform on servers, for reading: nothing is owned and nothing made, so what runs meanwhile is not disturbed. */
import { PlatformError } from '@waybill/contracts';
import { systemClock, type MessageLog } from '@waybill/messaging';
import {
  databaseSettings,
  KafkaAccessSettings,
  readSettings,
  ServiceSettings,
  type Environment,
} from '@waybill/service/environment';
import { PublishingPlanStore, type PlanStore } from '@waybill/storage';
import type { Sql } from '@waybill/storage/postgres';

export interface ServerRecord {
  readonly log: MessageLog;
  readonly plans: PlanStore;
  close(): Promise<void>;
}

export interface Servers {
  readonly brokers: readonly string[];
  readonly access: KafkaAccessSettings;
  /** With the orchestrator's role. */
  readonly databaseUrl: string | undefined;
}

/**
 * Undefined when none are named. What a command needs of them it asks for itself: one that talks to a gateway needs nothing.
 * Throws `invalid_configuration` for a value that no setting has.
 */
export function readServers(environment: Environment): Servers | undefined {
  const { KAFKA_BROKERS: brokers = '', DATABASE_URL: databaseUrl = '' } = environment;
  if (brokers === '' && databaseUrl === '') return undefined;
  return {
    brokers: brokers.split(',').flatMap((broker) => broker.trim() || []),
    access: readSettings(KafkaAccessSettings, environment),
    databaseUrl: databaseUrl === '' ? undefined : databaseUrl,
  };
}

/** Their clients are loaded only here: the embedded platform never needs them. Throws `invalid_configuration` when only one of the two is named, or half of how to reach it. */
export async function openServerRecord({ brokers, access, databaseUrl }: Servers): Promise<ServerRecord> {
  if (brokers.length === 0) throw missing('KAFKA_BROKERS');
  if (databaseUrl === undefined) throw missing('DATABASE_URL');
  const addresses = { KAFKA_BROKERS: brokers.join(','), DATABASE_URL: databaseUrl };
  const { DATABASE_URL: url } = readSettings(Addresses, addresses);
  const { KafkaMessageLog } = await import('@waybill/messaging/kafka');
  const { kafkaAccessOf } = await import('@waybill/service/kafka-access');
  const { PgSql, PostgresPlanDatabase } = await import('@waybill/storage/postgres');
  const topics = { partitions: 1, replicas: 1, minInSyncReplicas: 1 };
  const kafka = { brokers, clientId: 'waybill-cli', access: kafkaAccessOf(access), topics, isReadOnly: true };
  const sql = new PgSql({ url, connections: 2, applicationName: 'waybill cli' });
  const log = await refuseOthersTables(sql)
    .then(() => KafkaMessageLog.open(kafka))
    .catch(async (error: unknown) => {
      await sql.close();
      throw error;
    });
  const plans = new PublishingPlanStore({ database: new PostgresPlanDatabase(sql), log, clock: systemClock });
  const close = async (): Promise<void> => {
    await log.close();
    await sql.close();
  };
  return { log, plans, close };
}

const Addresses = ServiceSettings.pick({ KAFKA_BROKERS: true }).extend(databaseSettings);

async function refuseOthersTables(sql: Sql): Promise<void> {
  try {
    const text = `SELECT to_regclass('plan_events') IS NOT NULL AS "isThere"`;
    const [row] = await sql.run<{ isThere: boolean }>({ name: 'whose-tables', text }, []);
    if (row?.isThere) return;
    const detail =
      'DATABASE_URL leads to no tables of an orchestrator: it needs the role of the orchestrator, and the database in which one has run.';
    throw new PlatformError('invalid_configuration', { detail });
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    const detail = `The database to which DATABASE_URL leads could not be asked: ${(error as Error).message}.`;
    throw new PlatformError('unavailable', { detail, cause: error });
  }
}

const missing = (setting: string): PlatformError =>
  new PlatformError('invalid_configuration', {
    detail: `${setting} is missing: the record on servers is read with both KAFKA_BROKERS and DATABASE_URL (the orchestrator's).`,
  });
