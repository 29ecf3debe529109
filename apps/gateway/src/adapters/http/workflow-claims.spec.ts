/** Who holds a version that several wrote at once, also once the registry was compacted. */
import { encodeMessage, defaultOwner, registryKey, topics, type OutgoingMessage } from '@waybill/contracts';
import { systemClock, type MessageLog, type Position } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

type FaultOfAppend = (messages: readonly OutgoingMessage[]) => number | undefined;
const newLog = (faultOfAppend: FaultOfAppend = () => undefined): InMemoryMessageLog =>
  new InMemoryMessageLog({ clock: systemClock, partitions: 1, faultOfAppend });
const body = (description: string) => ({ version: 1, steps: { s1: { agent: 'echo' } }, description });

/** Takes records of the registry only when so many have been written, in the order of `writers`. */
function gathering(log: InMemoryMessageLog, count: number): MessageLog {
  const waiting: { messages: readonly OutgoingMessage[]; go: (done: Promise<readonly Position[]>) => void }[] = [];
  const append = (messages: readonly OutgoingMessage[]): Promise<readonly Position[]> => {
    if (messages[0]!.topic !== topics.registry || waiting.length === count) return log.append(messages);
    return new Promise((resolve) => {
      waiting.push({ messages, go: resolve });
      if (waiting.length === count) for (const { messages: held, go } of waiting) go(log.append(held));
    });
  };
  return new Proxy(log, {
    get(of, name) {
      if (name === 'append') return append;
      const value: unknown = Reflect.get(of, name, of);
      return typeof value === 'function' ? (value.bind(of) as unknown) : value;
    },
  });
}

async function started(log: MessageLog): Promise<GatewayFixture> {
  const gateway = await GatewayFixture.start(log);
  onTestFinished(() => gateway.close());
  return gateway;
}

/** The latest record of each key. */
async function compacted(log: InMemoryMessageLog): Promise<InMemoryMessageLog> {
  const records = log.recordsOf(topics.registry);
  const latest = new Map(records.map(({ key, offset }) => [key, offset]));
  const after = newLog();
  await after.append(records.filter(({ key, offset }) => latest.get(key) === offset));
  return after;
}

it('is the first body, after compaction too, and the same body that came second is not new', async () => {
  const log = newLog();
  const gateway = await started(gathering(log, 3));
  const put = (text: string) => gateway.call('PUT', '/v1/workflows/r1', body(text));
  const answers = await Promise.all([put('A'), put('B'), put('A')]);
  const first = log.recordsOf(topics.registry)[0]!;
  const { definition } = JSON.parse(String(first.value)) as { definition: { description: string } };
  const expected = definition.description === 'A' ? [200, 201, 409] : [201, 409, 409];
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual(expected);
  const later = await started(await compacted(log));
  expect((await later.call('GET', '/v1/workflows/r1')).json.definition).toEqual(definition);
});

it('is new to one alone of two who write the same', async () => {
  const gateway = await started(gathering(newLog(), 2));
  const answers = await Promise.all([1, 2].map(() => gateway.call('PUT', '/v1/workflows/r1', body('A'))));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 201]);
});

it('is answered although what lost cannot be taken back, which the next one does', async () => {
  let fails = true;
  const log = newLog((messages) => (fails && messages[0]!.value === null ? 0 : undefined));
  const gateway = await started(gathering(log, 2));
  const put = (name: string, text: string) => gateway.call('PUT', `/v1/workflows/${name}`, body(text));
  const answers = await Promise.all([put('r1', 'A'), put('r1', 'B')]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
  fails = false;
  await put('r2', 'A');
  const left = (await compacted(log)).recordsOf(topics.registry).filter(({ value }) => value !== null);
  expect(left.map(({ key }) => key.split('/')[1])).toEqual(['r1', 'r2']);
});

it('leaves only the holder on the registry', async () => {
  const log = newLog();
  const gateway = await started(gathering(log, 3));
  await Promise.all(['A', 'B', 'A'].map((text) => gateway.call('PUT', '/v1/workflows/r1', body(text))));
  const left = (await compacted(log)).recordsOf(topics.registry).filter(({ value }) => value !== null);
  expect(left).toHaveLength(1);
});

it('was written before claims had ids of their own, and is cleared up at the start', async () => {
  const log = newLog();
  const gateway = await started(log);
  const { definition } = (await gateway.call('PUT', '/v1/workflows/mould', body('A'))).json;
  const entry = (hash: string) => ({ kind: 'workflow', name: 'old', version: 1, hash, definition }) as const;
  const meta = { id: 'x', source: 'gateway', time: '', owner: defaultOwner };
  const place = (hash: string) => ({ topic: topics.registry, key: registryKey(entry(hash)), name: 'WorkflowEntry' });
  await log.append(['a', 'b', 'a'].map((hash) => encodeMessage(place(hash), entry(hash), meta)));
  await started(log);
  const later = await started(await compacted(log));
  expect((await later.call('GET', '/v1/workflows/old?version=1')).json.hash).toBe('a');
});
