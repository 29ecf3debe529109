import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { GroupOptions, Position, TopicPartition } from '../message-log.ts';
import { HeldPartitions, type Fetching } from './held-partitions.ts';

const partition = { topic: 't', partition: 0 };
const fetched = { ...partition, records: [], nextOffset: 5 };
const never = () => false;

/** A consumer that only notes what it is told. */
function fetchingWith(change: Partial<Fetching> = {}) {
  const told: string[] = [];
  const note = (what: string) => (partitions: readonly TopicPartition[]) =>
    void told.push(`${what} ${partitions.length}`);
  const fetching: Fetching = {
    beginning: async (_, known = 2) => known,
    claims: async () => [partition],
    seek: ({ offset }: Position) => void told.push(`seek ${offset}`),
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
    expect(await held.deliver(fetched, never)).toBe(false);
    expect(await held.deliver(fetched, never)).toBe(true);
    expect(told).toEqual(['seek 2', 'Error: not this one', 'pause 1', 'seek 2', 'resume 1']);
  });
});

it('hands on nothing that was fetched before the client was told to read elsewhere', async () => {
  const { fetching } = fetchingWith();
  const handled: unknown[] = [];
  const held = heldWith({ onRecords: (batch) => void handled.push(batch) }, fetching);
  await held.assign([partition]);
  expect(await held.deliver(fetched, () => true)).toBe(false);
  expect(handled).toEqual([]);
  expect(await held.deliver(fetched, never)).toBe(true);
  expect(handled).toEqual([fetched]);
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
