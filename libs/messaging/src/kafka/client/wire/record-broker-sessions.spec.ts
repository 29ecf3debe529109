/** Over connections that are made up: what a broker is told of the session that it keeps. */
import kafkajs from 'kafkajs';
import { expect, it } from 'vitest';
import { brokerThat, empty, fetchRequest, nothing, refusedWith, saidIn } from '../../../testing/broker-that.ts';

it('says only what changed to a broker that keeps the session, and everything at once when it no longer knows it', async () => {
  for (const forgotten of [70, 71]) {
    const { broker, sent } = brokerThat([empty, nothing, refusedWith(forgotten), empty]);
    const answers = [await broker.fetch(fetchRequest), await broker.fetch(fetchRequest)];
    answers.push(await broker.fetch(fetchRequest));
    expect(answers.map(({ responses }) => responses.length)).toEqual([1, 0, 1]);
    expect(sent.map(([, frame]) => saidIn(frame))).toEqual([
      { id: 0, epoch: 0, topics: 1 },
      { id: 99, epoch: 1, topics: 0 },
      { id: 99, epoch: 2, topics: 0 },
      { id: 99, epoch: 0, topics: 1 },
    ]);
  }
});

it('says everything again after a fetch that failed, in whatever way', async () => {
  const failures = [new kafkajs.KafkaJSConnectionError('gone'), refusedWith(7), nothing.subarray(0, -1)];
  for (const failure of failures) {
    const { broker, sent } = brokerThat([empty, failure, empty]);
    await broker.fetch(fetchRequest);
    await expect(broker.fetch(fetchRequest)).rejects.toThrow(/gone|timed out|less than/);
    await broker.fetch(fetchRequest);
    expect(saidIn(sent.at(-1)![1])).toEqual({ id: 99, epoch: 0, topics: 1 });
  }
});

it('rejects when a broker does not know the session that it is asked to begin', async () => {
  const { broker, sent } = brokerThat(refusedWith(70));
  await expect(broker.fetch(fetchRequest)).rejects.toThrow(/session/i);
  expect(sent).toHaveLength(2);
});
