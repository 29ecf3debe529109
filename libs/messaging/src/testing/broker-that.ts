/** A broker over connections that are made up: answers what it is told to, and shows what went over them. */
import type { Connection } from '../kafka/client/wire/exchange.ts';
import { RecordBroker, type Broker } from '../kafka/client/wire/record-broker.ts';
import { response } from './kafka-wire.ts';

export const clientId = 'me ü';
export const fetchRequest = {
  maxWaitTime: 5,
  minBytes: 1,
  maxBytes: 99,
  isolationLevel: 1,
  topics: [{ topic: 't', partitions: [{ partition: 3, fetchOffset: '7', maxBytes: 9 }] }],
} as const;
export const nothing = response([]);
/** In a frame: after its head with the client's name, and four numbers and a byte of the body. */
export const sessionAt = 4 + 10 + Buffer.byteLength(clientId) + 4 * 4 + 1;
export const saidIn = (frame: Buffer) => ({
  id: frame.readInt32BE(sessionAt),
  epoch: frame.readInt32BE(sessionAt + 4),
  topics: frame.readInt32BE(sessionAt + 8),
});
/** `code`: of the whole answer. */
export function refusedWith(code: number): Buffer {
  const refused = Buffer.from(nothing);
  refused.writeInt16BE(code, 4); // after how long the client is to wait
  return refused;
}
export const empty = response([{ topic: 't', partition: 3, records: Buffer.alloc(0) }]);

interface Made {
  readonly broker: RecordBroker;
  /** What went over which connection. */
  readonly sent: [connection: number, frame: Buffer][];
  readonly throttled: number[];
  readonly destroyed: unknown[];
  readonly done: string[];
}
type Answer = Buffer | Error;
/** `answer`: an error rejects; the last of several is that of all that follow. */
export function brokerThat(
  answer: Answer | readonly [Answer, ...Answer[]],
  more: { sasl?: boolean; fetchVersion?: number; leastFetchVersion?: number } = {},
): Made {
  const made = { sent: [], throttled: [], destroyed: [], done: [] } as Omit<Made, 'broker'>;
  const answers = [answer].flat();
  const next = (): Answer => (answers.length > 1 ? answers.shift()! : answers[0]!);
  let isAuthenticated = false;
  const connections = [0, 1].map((index): Connection => ({
    clientId,
    sasl: more.sasl ? {} : null,
    nextCorrelationId: () => 41,
    failIfNotConnected: () => void made.done.push('looked'),
    isAuthenticated: () => isAuthenticated,
    authenticate: async () => {
      isAuthenticated = true;
      made.done.push('authenticated');
    },
    socket: { write: ((frame: Buffer) => made.sent.push([index, frame])) as never },
    requestQueue: {
      maybeThrottle: (ms) => void made.throttled.push(ms),
      push: ({ entry, sendRequest }) => {
        sendRequest();
        const one = next();
        if (one instanceof Error) entry.reject(one);
        else entry.resolve({ payload: one });
      },
    },
  }));
  const broker: Broker = {
    brokerAddress: 'there:9092',
    versions: {
      0: { minVersion: 3, maxVersion: 13 },
      1: { minVersion: more.leastFetchVersion ?? 4, maxVersion: more.fetchVersion ?? 18 },
    },
    connectionPool: {
      pool: [{ socket: { destroy: (why: unknown) => made.destroyed.push(why) } }] as never,
      getConnection: async (index) => connections[index]!,
    },
  };
  return { ...made, broker: new RecordBroker(broker) };
}
