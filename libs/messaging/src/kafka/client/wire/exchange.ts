/**
 * A request and its answer over a connection of Kafka's client, written in one piece. The client's queue of requests is used: it waits where a broker throttles, ends what is not answered in
 * time, and rejects what a broken connection leaves open. Its encoders are not: they copy a request three times, and go through six asynchronous layers with it.
 */
import type { Socket } from 'node:net';
import { ByteWriter } from './byte-writer.ts';

/** The client's class, as far as it is used. */
export interface Connection {
  readonly clientId: string;
  readonly sasl: object | null;
  readonly socket: Pick<Socket, 'write'>;
  readonly requestQueue: {
    push(request: QueuedRequest): void;
    maybeThrottle(ms: number): void;
  };
  nextCorrelationId(): number;
  failIfNotConnected(): void;
  isAuthenticated(): boolean;
  authenticate(): Promise<void>;
}
interface QueuedRequest {
  readonly entry: {
    readonly apiKey: number;
    readonly apiName: string;
    readonly apiVersion: number;
    readonly correlationId: number;
    readonly resolve: (answer: { readonly payload: Buffer }) => void;
    readonly reject: (error: Error) => void;
  };
  readonly expectResponse: true;
  /** null: as the client's options say. */
  readonly requestTimeout: null;
  readonly sendRequest: () => void;
}

export interface Api {
  readonly name: string;
  readonly key: number;
  readonly version: number;
}
export interface Body {
  /** Roughly. */
  readonly bytes: number;
  writeTo(frame: ByteWriter): void;
}

const lengthBytes = 4;
/** The length, API, version and number of a request, and the client's name. */
const headBytes = 14;

/** Answers the body of the answer. Rejects as the client does, with `KafkaJSRequestTimeoutError` when none comes. */
export async function exchange(connection: Connection, api: Api, body: Body): Promise<Buffer> {
  if (connection.sasl && !connection.isAuthenticated()) await connection.authenticate();
  connection.failIfNotConnected();
  const correlationId = connection.nextCorrelationId();
  const frame = frameOf(api, correlationId, connection.clientId, body);
  return new Promise((resolve, reject) =>
    connection.requestQueue.push({
      entry: {
        apiKey: api.key,
        apiName: api.name,
        apiVersion: api.version,
        correlationId,
        resolve: ({ payload }) => resolve(payload),
        reject,
      },
      expectResponse: true,
      requestTimeout: null,
      sendRequest: () => void connection.socket.write(frame),
    }),
  );
}

function frameOf({ key, version }: Api, correlationId: number, clientId: string, body: Body): Buffer {
  const frame = new ByteWriter(headBytes + clientId.length + body.bytes);
  frame.int32(0);
  frame.int16(key);
  frame.int16(version);
  frame.int32(correlationId);
  frame.string(clientId);
  body.writeTo(frame);
  frame.int32At(0, frame.length - lengthBytes);
  return frame.bytes;
}
