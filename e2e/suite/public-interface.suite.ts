/**
 * What clients and the command line are promised of a platform that runs, at each of its addresses alike.
 * A step takes seconds, so that streams are cut, tasks cancelled and commands interrupted in the middle of one.
 */
import { WaybillClient } from '@waybill/client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { indexSamples } from '../support/one-trace.ts';
import { runProgram, type RunningProgram } from '../support/running-program.ts';
import { twoOf, type Address, type PlatformUnderTest, type StartPlatform } from './platform-under-test.ts';
import { readStream } from './read-stream.ts';

const question = { goal: 'What is a consumer group?', input: { collection: 'samples' } };
const run = (words: readonly string[], { environment }: Address): RunningProgram =>
  runProgram(['waybill', ...words], environment);

export function publicInterfaceSuite(start: StartPlatform): void {
  let platform: PlatformUnderTest | undefined;
  let one: Address;
  let other: Address;
  beforeAll(async () => {
    platform = await start({ SIMULATED_TOKENS_PER_SECOND: '60' });
    [one, other] = twoOf(platform);
    await indexSamples(one.url);
  });
  afterAll(() => platform?.kill());
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.log(platform?.output())));

  it('answers a question over a folder of documents with quotes and citations', async () => {
    const asked = run(['run', question.goal, '--docs', 'examples/documents'], one);
    expect(await asked.ended).toBe(0);
    expect(asked.errors()).toBe('');
    expect(asked.printed()).toMatch(/Knows \d+ documents \(\d+ passages\)/);
    expect(asked.printed()).toMatch(/retriever.*\n.*analyzer.*\n.*writer/);
    expect(asked.printed()).toMatch(/completed in/);
    expect(asked.printed()).toMatch(/\[1\].*\.(md|html|txt)/);
  });

  it('goes on with a task whose asker is interrupted, says so and how to follow it, and shows it at another address', async () => {
    const asked = run(['run', question.goal, '--docs', 'examples/documents'], one);
    await asked.hasSaid('analyzer   started');
    asked.signal('SIGINT');
    expect(await asked.ended).toBe(130);
    const told = /^Task (\S+) goes on\. Follow it with: npm run waybill -- watch \1\n$/.exec(asked.errors());
    expect(told).not.toBeNull();
    const watched = run(['watch', told![1]!], other);
    expect(await watched.ended).toBe(0);
    expect(watched.printed()).toContain('completed in');
  });

  it('resumes a stream by Last-Event-ID at another address, without gap or repetition of events and tokens', async () => {
    const { task_id: taskId } = await new WaybillClient(one.url).submit(question);
    const first = await readStream(one.url, taskId, { until: ({ event }) => event === 'token' });
    const rest = await readStream(other.url, taskId, { lastEventId: first.at(-1)!.id! });
    const frames = [...first, ...rest].map(({ event, data }) => ({ event, ...(JSON.parse(data) as object) }));
    const { events } = await new WaybillClient(other.url).events(taskId);
    expect(frames.filter((frame) => 'seq' in frame)).toEqual(events.map((event) => ({ event: event.type, ...event })));
    const tokens = frames.filter(({ event }) => event === 'token').map((token) => JSON.stringify(token));
    expect(tokens.length).toBeGreaterThan(1);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(frames.filter(({ event }) => event === 'attempt.reset')).toEqual([]);
    expect(await readStream(one.url, taskId, { lastEventId: String(events.length) })).toEqual([]);
  });

  it('makes one task of one idempotency key, at whichever address it comes, and refuses another body', async () => {
    const [client, otherClient] = [new WaybillClient(one.url), new WaybillClient(other.url)];
    const options = { idempotencyKey: crypto.randomUUID() };
    const answers = await Promise.all([one, other, one, other].map(({ url }) => submitted(url, options)));
    expect(new Set(answers).size).toBe(1);
    await expect(otherClient.submit({ ...question, goal: 'Another one.' }, options)).rejects.toMatchObject({
      problem: { status: 422, code: 'idempotency_key_reused' },
    });
    await client.cancel(answers[0]!);
  });

  it('cancels at another address within a second', async () => {
    const { task_id: taskId } = await new WaybillClient(one.url).submit(question);
    await readStream(one.url, taskId, { until: ({ event }) => event === 'token' });
    const cancelledAt = performance.now();
    expect(await new WaybillClient(other.url).cancel(taskId, 'enough')).toMatchObject({ status: 'cancelled' });
    expect(performance.now() - cancelledAt).toBeLessThan(1_000);
    const frames = await readStream(one.url, taskId);
    expect(frames.at(-1)).toMatchObject({ event: 'TaskCancelled', data: expect.stringContaining('enough') as string });
  });

  it('ends politely', async () => {
    expect(new Set(await platform!.stop())).toEqual(new Set([0]));
  });
}

const submitted = async (url: string, options: { idempotencyKey: string }): Promise<string> =>
  (await new WaybillClient(url).submit(question, options)).task_id;
