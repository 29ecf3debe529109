import { expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { Beginnings } from './positions.ts';

/** Partition 0 holds 10 to 20, partition 1 nothing; each look finds one record more in the first. Partition 2 is led by nobody, until the fourth look. */
function cluster() {
  const asked: string[] = [];
  const admin = {
    fetchTopicOffsets: async (topic: string) => {
      asked.push(topic);
      return [
        { partition: 0, low: '10', high: String(19 + asked.length) },
        { partition: 1, low: '0', high: '0' },
        ...(asked.length < 4 ? [] : [{ partition: 2, low: '3', high: '5' }]),
      ];
    },
  };
  const ask = (question: (admin: object) => Promise<unknown>): Promise<unknown> => question(admin);
  return { asked, cluster: { ask } as unknown as Cluster };
}
const place = (partition: number) => ({ topic: 't', partition });

it('goes on where it is known, and otherwise begins where the group wants to', async () => {
  const fromStart = new Beginnings(cluster().cluster, 'start');
  expect(await fromStart.of(place(0), 15)).toBe(15);
  expect(await fromStart.of(place(0), undefined)).toBe(10);
  expect(await new Beginnings(cluster().cluster, 'end').of(place(0), undefined)).toBe(20);
});

it('asks once for all partitions of a topic', async () => {
  const { asked, cluster: played } = cluster();
  const beginnings = new Beginnings(played, 'start');
  await Promise.all([beginnings.of(place(0), 12), beginnings.of(place(1), 0), beginnings.of(place(0), undefined)]);
  expect(asked).toEqual(['t']);
});

it('refuses what lies beyond the end, once that was looked at again', async () => {
  const { asked, cluster: played } = cluster();
  const beginnings = new Beginnings(played, 'start');
  expect(await beginnings.of(place(0), 20)).toBe(20);
  expect(await beginnings.of(place(0), 21)).toBe(21); // written after the first look
  expect(asked).toHaveLength(2);
  await expect(beginnings.of(place(0), 500)).rejects.toThrow('t/0 ends at 22, and what is stored of it reaches to 500');
  await expect(beginnings.of(place(1), 1)).rejects.toThrow('t/1 ends at 0');
});

it('asks again after a question that failed', async () => {
  const { cluster: played } = cluster();
  const ask = played.ask.bind(played);
  let failures = 1;
  played.ask = (question) => (failures-- > 0 ? Promise.reject(new Error('away')) : ask(question));
  const beginnings = new Beginnings(played, 'start');
  await expect(beginnings.of(place(0), 12)).rejects.toThrow('away');
  expect(await beginnings.of(place(0), 12)).toBe(12);
});

it('waits for a partition that nobody leads, and for the others meanwhile it does not', async () => {
  const { asked, cluster: played } = cluster();
  const beginnings = new Beginnings(played, 'start');
  const offline = beginnings.of(place(2), undefined);
  expect(await beginnings.of(place(0), undefined)).toBe(10);
  await expect(offline).rejects.toThrow('nobody leads t/2');
  expect(asked).toHaveLength(2);
  await expect(beginnings.of(place(2), 4)).rejects.toMatchObject({ retriable: true });
  expect(await beginnings.of(place(2), 4)).toBe(4);
});
