import type { Admin } from 'kafkajs';
import { expect, it } from 'vitest';
import { askCluster } from './ask-cluster.ts';

/** Counts how often what it knew was forgotten. */
function countingAdmin() {
  const seen = { renewed: 0 };
  const admin = {
    connect: async () => void (seen.renewed += 1),
    disconnect: async () => {},
  } as unknown as Admin;
  return { admin, seen };
}

it('asks again with fresh knowledge when a leader is just being found', async () => {
  const { admin, seen } = countingAdmin();
  const noLeader = Object.assign(new Error('no leader'), { retriable: true });
  let asked = 0;
  const answer = await askCluster(admin, async () => {
    asked += 1;
    if (asked < 3) throw noLeader;
    return 'there';
  });
  expect([answer, seen.renewed]).toEqual(['there', 2]);
});

it('passes on what will not pass', async () => {
  const { admin, seen } = countingAdmin();
  const refused = Object.assign(new Error('not authorised'), { retriable: false });
  await expect(askCluster(admin, () => Promise.reject(refused))).rejects.toBe(refused);
  expect(seen.renewed).toBe(0);
});

it('does not count what the renewal of another question has broken off, nor renew for it again', async () => {
  const { admin, seen } = countingAdmin();
  const passing = () => Object.assign(new Error('passing'), { retriable: true });
  const questions = Array.from({ length: 20 }, () => {
    const { promise, reject } = Promise.withResolvers<string>();
    let isFirst = true;
    const answer = askCluster(admin, () => {
      if (!isFirst) return Promise.resolve('there');
      isFirst = false;
      return promise;
    });
    return { answer, reject };
  });
  admin.disconnect = async () => {
    for (const { reject } of questions) reject(passing());
  };
  questions[0]!.reject(passing());
  expect(new Set(await Promise.all(questions.map(({ answer }) => answer)))).toEqual(new Set(['there']));
  expect(seen.renewed).toBe(1);
});
