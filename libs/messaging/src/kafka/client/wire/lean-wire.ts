/**
 * Kafka's client with the two messages that carry records written and read by this folder: its own encoder makes a buffer for every header and copies a
 * record eight times, its decoder makes an object for every header, and that was a third of what a service costs under load. All else is the client's.
 * Promises: the bytes are those that the client writes itself (`produce-encoding.spec.ts`); what this folder does not know (transactions, idempotence, compression, other versions) goes the client's own way.
 */
import { createRequire } from 'node:module';
import type { Message } from 'kafkajs';
import { decodeFetch, UnsupportedRecords } from './fetch-decoding.ts';
import { encodeFetch, type FetchBody } from './fetch-encoding.ts';
import { encodeProduce, noProducer, type ProduceBody } from './produce-encoding.ts';

interface Exchange {
  readonly request: { readonly encode: () => Promise<Encoded> };
  readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown> };
}
/** What the client takes for one of its encoders. */
interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}
type Protocol<Arguments> = (args: Arguments) => Exchange;
interface Definition<Arguments> {
  readonly versions: readonly string[];
  protocol(of: { readonly version: number }): Protocol<Arguments>;
}
interface ProduceArguments extends ProduceBody {
  readonly transactionalId?: string | null | undefined;
  readonly producerId?: number;
  readonly compression?: number;
}
interface FetchArguments extends FetchBody {
  readonly replicaId?: number | undefined;
  readonly sessionId?: number | undefined;
}
/** The client's table of the requests it knows. */
export interface ClientRequests {
  Produce: Definition<ProduceArguments>;
  Fetch: Definition<FetchArguments>;
}

const fetchVersion = 11;
const firstProduceVersion = 3;

export function clientRequests(): ClientRequests {
  const require = createRequire(import.meta.url);
  return (require('kafkajs/src/protocol/requests/index.js') as { requests: ClientRequests }).requests;
}

/** In the process's one copy of the client, from now on. */
export function useLeanWire(): void {
  const requests = clientRequests();
  requests.Produce = leanProduce(requests.Produce);
  requests.Fetch = leanFetch(requests.Fetch);
}

export function leanProduce(theirs: Definition<ProduceArguments>): Definition<ProduceArguments> {
  return {
    versions: theirs.versions,
    protocol: ({ version }) => {
      const protocol = theirs.protocol({ version });
      if (version < firstProduceVersion) return protocol;
      return (args) => {
        const { request, response } = protocol(args);
        if (!isPlain(args)) return { request, response };
        const encode = async (): Promise<Encoded> => encoded(encodeProduce(args, Date.now()));
        return { request: { ...request, encode }, response };
      };
    },
  };
}

export function leanFetch(theirs: Definition<FetchArguments>): Definition<FetchArguments> {
  return {
    versions: theirs.versions,
    protocol: ({ version }) => {
      const protocol = theirs.protocol({ version });
      if (version !== fetchVersion) return protocol;
      return (args) => {
        const { response, ...rest } = protocol(args);
        const encode = async (): Promise<Encoded> => encoded(encodeFetch(args));
        const request = isConsumers(args) ? { ...rest.request, encode } : rest.request;
        const decode = async (bytes: Buffer): Promise<unknown> => {
          try {
            return decodeFetch(bytes);
          } catch (reason) {
            if (!(reason instanceof UnsupportedRecords)) throw reason;
            return response.decode(bytes);
          }
        };
        return { ...rest, request, response: { ...response, decode } };
      };
    },
  };
}

const encoded = (buffer: Buffer): Encoded => ({ buf: buffer, buffer });

/** Neither a broker's that copies another one, nor one of a fetch session. */
const isConsumers = ({ replicaId, sessionId }: FetchArguments): boolean =>
  replicaId === undefined && sessionId === undefined;

function isPlain({ transactionalId, producerId = noProducer, compression = 0, topicData }: ProduceArguments): boolean {
  if (transactionalId || producerId !== noProducer || compression !== 0) return false;
  return topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isPlainMessage)));
}

function isPlainMessage({ timestamp, headers }: Message): boolean {
  if (timestamp !== undefined) return false;
  for (const name in headers) if (typeof headers[name] !== 'string') return false;
  return true;
}
