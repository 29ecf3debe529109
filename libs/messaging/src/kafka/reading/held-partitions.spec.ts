import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { GroupOptions, Position, TopicPartition } from '../../message-log.ts';
import { HeldPartitions, type Fetching } from './held-partitions.ts';

const partition = { topic: 't', partition: 0 };
const fetched = { ...partition, records: [], nextOffset: 5 };

/** A reader that only notes what it is told. */
function fetchingWith(change: Partial<Fetching> = {}) {
  const told: string[] = [];
  const note = (what: string) => (partitions: readonly TopicPartition[]) =>
    void told.push(`${what} ${partitions.length}`);
  const fetching: Fetching = {
    beginning: async (_, known = 2) => known,
    claims: async () => [partition],
    read: ({ offset }: Position) => void told.push(`read ${offset}`),
    drop: note('drop'),
    pause: note('pause'),
    resume: note('resume'),
    onTrouble: (error) => void told.push(String(error)),
    ...change,
  };
  return { fetching, told };
}

function heldWith(handlers: Partial<GroupOptions>, fetching: Fetching): HeldPartitions {
  const onAssigned = async () => [];
  return new HeldPartitions(
    [partition],
    { onAssigned, onRevoked: async () => {}, onRecords: () => {}, ...handlers },
    fetching,
  );
}

describe('a handler that throws instead of rejecting', () => {
  it('fails its partitions, which are assigned anew where they began', async () => {
    const { fetching, told } = fetchingWith();
    let calls = 0;
    const held = heldWith(
      {
        onRecords: () => {
          calls += 1;
          if (calls === 1) throw new Error('not this one');
        },
      },
      fetching,
    );
    await held.assign([partition]);
    expect(await held.deliver(fetched)).toBe(false);
    expect(await held.deliver(fetched)).toBe(false);
    await expect.poll(() => told.length).toBe(4);
    expect(await held.deliver(fetched)).toBe(true);
    expect(told).toEqual(['read 2', 'Error: not this one', 'drop 1', 'read 2']);
  });
});

it('hands on nothing before it is assigned and nothing after it is revoked, and reads nothing then', async () => {
  const { fetching, told } = fetchingWith();
  const handled: unknown[] = [];
  const held = heldWith({ onRecords: (batch) => void handled.push(batch) }, fetching);
  expect(await held.deliver(fetched)).toBe(false);
  await held.assign([partition]);
  expect(await held.deliver(fetched)).toBe(true);
  const revoked = held.revoke();
  expect(await held.deliver(fetched)).toBe(false);
  await revoked;
  expect(handled).toEqual([fetched]);
  expect(told).toEqual(['read 2', 'drop 1']);
});

describe('revoking', () => {
  it('does not wait for a back-off that begins after it', async () => {
    const revoked = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const { fetching } = fetchingWith({ beginning: async () => Promise.reject(new Error('beyond the end')) });
    const held = heldWith(
      {
        onRevoked: () => {
          asked.resolve();
          return revoked.promise;
        },
      },
      fetching,
    );
    vi.useFakeTimers(); // what waits now waits for ever
    onTestFinished(() => void vi.useRealTimers());
    void held.assign([partition]);
    await asked.promise;
    const revoking = held.revoke();
    revoked.resolve();
    expect(await revoking).toBeUndefined();
  });
});
