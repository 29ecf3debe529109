/** What the contract of the log cannot show of a member: it cannot begin. */
import { expect, it } from 'vitest';
import { PlayedCluster } from '../testing/played-cluster.ts';
import { playedMember } from '../testing/played-member.ts';

it('leaves no connection where it cannot begin', async () => {
  const played = new PlayedCluster();
  const ended: unknown[] = [];
  let connects = 0;
  played.beforeConnecting = async () => {
    connects += 1;
    if (connects === 2) throw new Error('no broker'); // the first is for what it reads
  };
  const { member } = playedMember(played, {}, { onEnd: (one) => ended.push(one) });
  await expect(member.start()).rejects.toThrow('no broker');
  expect([connects, played.connected.size, ended.length]).toEqual([2, 0, 1]);
});
