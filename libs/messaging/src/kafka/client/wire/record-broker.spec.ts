/** Over connections that are made up: what goes over them, and what becomes of the answer. */
import kafkajs from 'kafkajs';
import { afterEach, expect, it, vi } from 'vitest';
import { brokerThat, clientId, fetchRequest, nothing, refusedWith, sessionAt } from '../../../testing/broker-that.ts';
import {
  argumentsOf,
  client,
  encoded,
  messageSet,
  now,
  requestOf,
  response,
  stored,
  type Arguments,
} from '../../../testing/kafka-wire.ts';

const produceRequest = {
  acks: -1,
  timeout: 9,
  topicData: [
    { topic: 't', partitions: [{ partition: 3, messages: [{ key: 'k', value: 'v', headers: { n: '1' } }] }] },
  ],
} as const;
/** A record was written at 70, another partition has another leader. */
const produced = Buffer.from(
  '00000001' +
    '000174' +
    '00000002' +
    '00000003' +
    '0000' +
    '0000000000000046' +
    'ff'.repeat(8) +
    '00'.repeat(8) +
    '00000004' +
    '0006' +
    'ff'.repeat(24) +
    '00000021',
  'hex',
);
afterEach(() => void vi.restoreAllMocks());

it('sends the bytes that the client sends, fetches over the one connection and produces over the other', async () => {
  vi.spyOn(Date, 'now').mockReturnValue(now);
  const { broker, sent } = brokerThat(nothing);
  await broker.fetch(fetchRequest);
  const produces = brokerThat(produced);
  await produces.broker.produce(produceRequest);
  const head = { correlationId: 41, clientId };
  const theirFetch = await requestOf({
    request: client.fetch.protocol({ version: 11 })(fetchRequest).request,
    ...head,
  });
  const args = argumentsOf(produceRequest.topicData as never, { timeout: 9 }) as Arguments;
  const theirProduce = await requestOf({ request: client.produce.protocol({ version: 7 })(args).request, ...head });
  theirFetch.buffer.writeInt32BE(0, sessionAt + 4); // the client begins no session
  expect(sent).toEqual([[1, theirFetch.buffer]]);
  expect(produces.sent).toEqual([[0, theirProduce.buffer]]);
});

it('says of each partition what became of it', async () => {
  const { broker, throttled } = brokerThat(produced);
  expect((await broker.produce(produceRequest)).topics).toEqual([
    {
      topicName: 't',
      partitions: [
        { partition: 3, errorCode: 0, baseOffset: 70 },
        { partition: 4, errorCode: 6, baseOffset: -1 },
      ],
    },
  ]);
  expect(throttled).toEqual([0x21]);
});

it('waits as long as the broker says after a fetch', async () => {
  const { broker, throttled } = brokerThat(nothing);
  expect((await broker.fetch(fetchRequest)).responses).toEqual([]);
  expect(throttled).toEqual([7]);
});

it('leaves records of before batches to the client', async () => {
  for (const records of [messageSet(0, 1), messageSet(1, 1)]) {
    const { broker } = brokerThat(response([{ topic: 't', partition: 0, records }]));
    const { responses } = await broker.fetch(fetchRequest);
    expect(responses[0]!.partitions[0]!.messages.map(({ value }) => String(value))).toEqual(['value 1']);
  }
});

it('takes a partition for refused whose records cannot be read, and reads all others, whatever they are like', async () => {
  const messages = [{ key: 'k', value: 'value 1', headers: {} }];
  const batch = async (compression: number): Promise<Buffer> => {
    const args = argumentsOf([{ topic: 't', partitions: [{ partition: 0, messages }] }], { compression }) as Arguments;
    return stored(await encoded(client.produce, 7, args), 1, 0n)[0]!;
  };
  const unreadable = await batch(0);
  unreadable.writeInt16BE(3, 21); // LZ4, as it says
  const older = messageSet(1, 1);
  const damaged = Buffer.from(older).fill(9, 17);
  const sets = [unreadable, await batch(1), damaged, older, await batch(0)];
  const answer = response(sets.map((records, partition) => ({ topic: 't', partition, records })));
  const { responses } = await brokerThat(answer).broker.fetch(fetchRequest);
  const read = responses.flatMap(({ partitions }) => partitions);
  expect(read.map(({ errorCode }) => errorCode)).toEqual([2, 0, 2, 0, 0]);
  expect(read.map((one) => one.messages.map(({ value }) => String(value)))).toEqual([
    [],
    ['value 1'],
    [],
    ['value 1'],
    ['value 1'],
  ]);
});

it('leaves nothing to the client that is not whole', async () => {
  const { broker } = brokerThat(nothing.subarray(0, nothing.length - 1));
  await expect(broker.fetch(fetchRequest)).rejects.toThrow('less than it announced');
  await expect(brokerThat(produced.subarray(0, -1)).broker.produce(produceRequest)).rejects.toThrow(
    'less than it announced',
  );
});

it('rejects when the whole fetch was refused', async () => {
  await expect(brokerThat(refusedWith(7)).broker.fetch(fetchRequest)).rejects.toMatchObject({
    type: 'REQUEST_TIMED_OUT',
  });
});

it('breaks off the connections where a request was not answered in time, and only then', async () => {
  for (const [error, times] of [
    [new kafkajs.KafkaJSRequestTimeoutError('late', {} as never), 1],
    [new kafkajs.KafkaJSConnectionError('gone'), 0],
  ] as const) {
    const { broker, destroyed } = brokerThat(error);
    await expect(broker.fetch(fetchRequest)).rejects.toBe(error);
    expect(destroyed).toHaveLength(times);
  }
});

it('authenticates first, where it has to and has not', async () => {
  const { broker, done } = brokerThat(nothing, { sasl: true });
  await broker.fetch(fetchRequest);
  await broker.fetch(fetchRequest);
  expect(done).toEqual(['authenticated', 'looked', 'looked']);
  const open = brokerThat(nothing);
  await open.broker.fetch(fetchRequest);
  expect(open.done).toEqual(['looked']);
});

it('says that a broker is too old, or too new', () => {
  expect(() => brokerThat(nothing, { fetchVersion: 10 })).toThrow(
    'The broker at there:9092 does not know Fetch 11: Waybill needs Kafka 2.3 or newer.',
  );
  expect(() => brokerThat(nothing, { leastFetchVersion: 12 })).toThrow('does not know Fetch 11');
});
