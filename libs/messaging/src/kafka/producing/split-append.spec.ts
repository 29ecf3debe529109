/** An append too large for one produce: nothing of its rest may be written once its beginning was not. */
import { expect, it } from 'vitest';
import { message } from '../../contract/log-under-test.ts';
import { ProduceQueue } from './produce-queue.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('writes nothing of an append whose beginning was not written', async () => {
  const written: string[] = [];
  let isAway = true;
  const queue = new ProduceQueue(async (produces) => {
    await turn();
    if (isAway) {
      isAway = false; // the leader is there again
      throw new Error('no leader');
    }
    const first = written.length;
    for (const { messages } of produces) for (const { value } of messages) written.push(String(value).slice(0, 5));
    return produces.map(() => first);
  });
  const records = [1, 2, 3].map((seq) => ({
    ...message('plan.events', 'plan', `seq ${seq}${' '.repeat(600_000)}`),
    partition: 0,
  }));
  await expect(queue.append(records)).rejects.toThrow('no leader');
  await queue.idle();
  await queue.append(records); // the next owner publishes from the mark
  expect(written).toEqual(['seq 1', 'seq 2', 'seq 3']);
});

it('rejects what waits behind a produce that failed, however much has gathered meanwhile', async () => {
  let isAway = true;
  const queue = new ProduceQueue(async (produces) => {
    await turn();
    if (isAway) throw new Error('no leader');
    return produces.map(() => 0);
  });
  const tokens = Array.from({ length: 200_000 }, () => ({ ...message('task.tokens', 'plan', 'a'), partition: 0 }));
  const first = queue.append(tokens);
  const others = queue.append(tokens);
  await expect(first).rejects.toThrow('no leader');
  isAway = false;
  expect(await others).toHaveLength(tokens.length);
  await queue.idle();
});
