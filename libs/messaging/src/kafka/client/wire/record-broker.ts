/**
 * A broker of Kafka's client, as far as records go to it and come from it: written and read by this folder, over the client's connections. The client's own encoder makes a buffer for every header
 * and copies a record eight times, its decoder makes an object for every header, and it rejects a whole answer in which one partition was refused.
 * Promises: what a request says is what the client would write (`produce-encoding.spec.ts`, `fetch-encoding.spec.ts`), in a session of its own for fetches (`fetch-session.ts`); records of before 2017 are read by
 * the client; of what cannot be read its partition counts as refused, and no other; after a request that was not answered in time the connections are broken off.
 */
import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import { orBreakOff, type ConnectionPool } from '../broken-connections.ts';
import type {
  ClientBroker,
  FetchedPartition,
  FetchRequest,
  FetchResponse,
  ProduceRequest,
  ProduceResponse,
} from '../record-requests.ts';
import { refusalOf } from '../refusals.ts';
import type { ByteWriter } from './byte-writer.ts';
import { exchange, type Api, type Body, type Connection } from './exchange.ts';
import { decodeFetch } from './fetch-decoding.ts';
import { fetchBytes, outside, writeFetch } from './fetch-encoding.ts';
import { FetchSession } from './fetch-session.ts';
import { decodeProduce } from './produce-decoding.ts';
import { produceBytes, writeProduce } from './produce-encoding.ts';

const { KafkaJSNonRetriableError } = kafkajs;

/** The client's class, as far as it is used; connected. */
export interface Broker {
  readonly brokerAddress: string;
  readonly connectionPool: Pick<ConnectionPool, 'pool'> & { getConnection(index: number): Promise<Connection> };
  /** What the broker knows, by API. */
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null;
}

const produceApi: Api = { name: 'Produce', key: 0, version: 7 };
const fetchApi: Api = { name: 'Fetch', key: 1, version: 11 };
/** The client keeps one connection for fetches, as they wait, and one for all else. */
const connectionOf = { fetches: 1, others: 0 };

const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;
const theirMessages = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as (
  decoder: object,
) => Promise<FetchedPartition['messages']>;

/** As brokers number it. */
const damaged = 2;

interface FetchAnswer extends FetchResponse {
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
}
/** As brokers number it: it does not know the session, or is not where we are in it. */
const sessionErrors: ReadonlySet<number> = new Set([70, 71]);

export class RecordBroker implements ClientBroker {
  private readonly session = new FetchSession();

  /** Throws when the broker is too old for it. */
  constructor(private readonly broker: Broker) {
    for (const { name, key, version } of [produceApi, fetchApi]) {
      const known = broker.versions?.[key];
      if (known && version <= known.maxVersion && version >= known.minVersion) continue;
      throw new KafkaJSNonRetriableError(
        `The broker at ${broker.brokerAddress} does not know ${name} ${version}: Waybill needs Kafka 2.3 or newer.`,
      );
    }
  }

  get connectionPool(): Broker['connectionPool'] {
    return this.broker.connectionPool;
  }

  async produce(request: ProduceRequest): Promise<ProduceResponse> {
    const body = {
      bytes: produceBytes(request),
      writeTo: (frame: ByteWriter) => writeProduce(frame, request, Date.now()),
    };
    const connection = await this.connectionPool.getConnection(connectionOf.others);
    const answer = decodeProduce(await this.ask(connection, produceApi, body));
    connection.requestQueue.maybeThrottle(answer.throttleMs);
    return answer;
  }

  async fetch(request: FetchRequest): Promise<FetchResponse> {
    let answer = await this.fetchOnce(request);
    if (sessionErrors.has(answer.errorCode)) answer = await this.fetchOnce(request);
    if (answer.errorCode !== 0) throw refusalOf(answer.errorCode);
    return answer;
  }

  /** Whatever becomes of it, the session knows what the broker remembers. */
  private async fetchOnce(request: FetchRequest): Promise<FetchAnswer> {
    const connection = await this.connectionPool.getConnection(connectionOf.fetches);
    const said = this.session.ask(request.topics);
    const isInSession = said.session !== outside;
    const body = { bytes: fetchBytes(said), writeTo: (frame: ByteWriter) => writeFetch(frame, request, said) };
    let answer: FetchAnswer | undefined;
    try {
      answer = await read(await this.ask(connection, fetchApi, body));
    } finally {
      if (isInSession) this.follow(answer);
    }
    connection.requestQueue.maybeThrottle(answer.clientSideThrottleTime);
    return answer;
  }

  private follow(answer: FetchAnswer | undefined): void {
    if (answer?.errorCode === 0) this.session.answered(answer.sessionId, countOf(answer));
    else this.session.lost();
  }

  private ask(connection: Connection, api: Api, body: Body): Promise<Buffer> {
    return orBreakOff(this.connectionPool, exchange(connection, api, body));
  }
}

const countOf = ({ responses }: FetchAnswer): number =>
  responses.reduce((sum, { partitions }) => sum + partitions.length, 0);

/** Records of before batches are the client's to read. */
async function read(bytes: Buffer): Promise<FetchAnswer> {
  const answer = decodeFetch(bytes);
  const partitions = answer.responses.flatMap((of) => of.partitions);
  if (!partitions.some(({ older }) => older)) return answer;
  const responses = answer.responses.map(async (of) => ({
    ...of,
    partitions: await Promise.all(of.partitions.map(readOlder)),
  }));
  return { ...answer, responses: await Promise.all(responses) };
}

async function readOlder(partition: FetchedPartition & { readonly older?: Buffer }): Promise<FetchedPartition> {
  const { older } = partition;
  if (!older) return partition;
  const length = Buffer.alloc(4);
  length.writeInt32BE(older.length);
  try {
    return { ...partition, messages: await theirMessages(new Decoder(Buffer.concat([length, older]))) };
  } catch {
    return { ...partition, errorCode: damaged };
  }
}
