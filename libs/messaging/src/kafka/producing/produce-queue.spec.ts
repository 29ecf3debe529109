import { expect, it, onTestFinished, vi } from 'vitest';
import { message } from '../../contract/log-under-test.ts';
import { ProduceQueue, type Produce } from './produce-queue.ts';

interface Sent {
  readonly produces: readonly Produce[];
  written(...firstOffsets: number[]): Promise<void>;
  failed(error: Error): Promise<void>;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

function queueWithBroker(leaderOf?: (of: { readonly partition: number }) => number) {
  const sent: Sent[] = [];
  const queue = new ProduceQueue((produces) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
    const settle = async (settled: () => void) => {
      settled();
      await turn();
      await turn();
    };
    sent.push({
      produces,
      written: (...first) => settle(() => resolve(first)),
      failed: (error) => settle(() => reject(error)),
    });
    return promise;
  }, leaderOf);
  return { queue, sent };
}

const to = (partition: number, value: string) => ({ ...message('t', 'k', value), partition });
const valuesOf = ({ produces }: Sent) =>
  produces.map(({ partition, messages }) => [partition, ...messages.map(({ value }) => value)]);

it('sends what came in one turn together, and answers each append its own positions', async () => {
  const { queue, sent } = queueWithBroker();
  const appends = [queue.append([to(0, 'a'), to(1, 'b')]), queue.append([to(0, 'c')])];
  await turn();
  expect(sent.map(valuesOf)).toEqual([
    [
      [0, 'a', 'c'],
      [1, 'b'],
    ],
  ]);
  await sent[0]!.written(10, 20);
  const at = (partition: number, offset: number) => ({ topic: 't', partition, offset });
  expect(await Promise.all(appends)).toEqual([[at(0, 10), at(1, 20)], [at(0, 11)]]);
});

it('sends what came while a produce was under way once that has ended', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { queue, sent } = queueWithBroker();
  void queue.append([to(0, 'first')]);
  await turn();
  void queue.append([to(0, 'second'), to(1, 'other')]);
  await turn();
  void queue.append([to(0, 'third')]);
  await turn();
  expect(sent).toHaveLength(1);
  await sent[0]!.written(0);
  expect(valuesOf(sent[1]!)).toEqual([
    [0, 'second', 'third'],
    [1, 'other'],
  ]);
});

it('has one produce under way for a partition, and lets others pass after a moment', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { queue, sent } = queueWithBroker();
  void queue.append([to(0, 'first')]);
  await turn();
  void queue.append([to(0, 'second'), to(1, 'other')]);
  void queue.append([to(0, 'third')]);
  await turn();
  await vi.advanceTimersByTimeAsync(10);
  expect(sent.map(valuesOf)).toEqual([[[0, 'first']], [[1, 'other']]]);
  await sent[0]!.written(0);
  await vi.advanceTimersByTimeAsync(10);
  expect(valuesOf(sent[2]!)).toEqual([[0, 'second', 'third']]);
});

it('rejects the appends of a produce that failed, and goes on with the next', async () => {
  const { queue, sent } = queueWithBroker();
  const lost = queue.append([to(0, 'lost')]);
  await turn();
  const kept = queue.append([to(0, 'kept')]);
  const refusal = lost.catch((error: unknown) => error);
  await sent[0]!.failed(new Error('no leader'));
  expect(await refusal).toEqual(new Error('no leader'));
  await sent[1]!.written(5);
  expect(await kept).toEqual([{ topic: 't', partition: 0, offset: 5 }]);
});

it('cuts what is larger than a broker takes, and never leaves a large record behind', async () => {
  const { queue, sent } = queueWithBroker();
  const large = 'x'.repeat(700_000);
  void queue.append([to(0, large), to(0, large), to(0, 'small')]);
  await turn();
  expect(sent[0]!.produces[0]!.messages).toHaveLength(1);
  await sent[0]!.written(0);
  expect(sent[1]!.produces[0]!.messages).toHaveLength(2);
});

it('sends at once what is for more partitions than a broker takes in one request, in several', async () => {
  const { queue, sent } = queueWithBroker();
  void queue.append(Array.from({ length: 130 }, (_, partition) => to(partition, 'x')));
  await turn();
  expect(sent.map(({ produces }) => produces.length)).toEqual([64, 64, 2]);
  expect(new Set(sent.flatMap(({ produces }) => produces.map(({ partition }) => partition))).size).toBe(130);
});

it('is idle when everything was written', async () => {
  const { queue, sent } = queueWithBroker();
  await queue.idle();
  void queue.append([to(0, 'a')]);
  let isIdle = false;
  const idle = queue.idle().then(() => (isIdle = true));
  await turn();
  expect(isIdle).toBe(false);
  await sent[0]!.written(0);
  await idle;
});

it('who appends where one broker leads does not wait for another one', async () => {
  const { queue, sent } = queueWithBroker(({ partition }) => partition % 2);
  const appends = [0, 1, 2].map((partition) => queue.append([to(partition, `of ${partition}`)]));
  await turn();
  expect(sent.map(valuesOf)).toEqual([
    [
      [0, 'of 0'],
      [2, 'of 2'],
    ],
    [[1, 'of 1']],
  ]);
  await sent[0]!.written(10, 20);
  expect((await Promise.all([appends[0], appends[2]])).flat().map((one) => one!.offset)).toEqual([10, 20]);
  await sent[1]!.written(0);
  await appends[1];
});
