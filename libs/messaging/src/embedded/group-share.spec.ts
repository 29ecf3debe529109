/** The way of a share between members, step by step. */
import type { TopicPartition } from '../message-log.ts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GroupShare, type ShareMember } from './group-share.ts';

const partitions = [{ topic: 'tasks.a', partition: 0 }];
const settled = () => vi.advanceTimersByTimeAsync(0);

let said: string[];
beforeEach(() => {
  said = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

const shared = () => {
  const backOff = { firstMs: 1_000, mostMs: 1_000 };
  const onError = (error: unknown) => void said.push(String(error));
  return new GroupShare<Member>(partitions, { backOff, handOverMs: 60_000 }, onError);
};

class Member implements ShareMember {
  readonly stopped = Promise.withResolvers<void>();
  fail: (error: unknown) => void = () => undefined;

  constructor(readonly name: string) {}

  assign(_partitions: readonly TopicPartition[], onFailure: (error: unknown) => void) {
    said.push(`${this.name} has it`);
    this.fail = onFailure;
    return Promise.resolve({ stop: () => this.stopped.promise });
  }

  revoke(): Promise<void> {
    said.push(`${this.name} has it no longer`);
    return Promise.resolve();
  }
}

it('is revoked when what was under way has settled, and given on after that', async () => {
  const share = shared();
  const [first, second] = [new Member('first'), new Member('second')];
  share.giveTo(first);
  await settled();
  share.giveTo(second);
  await settled();
  expect(said).toEqual(['first has it']);
  first.stopped.resolve();
  await settled();
  expect(said).toEqual(['first has it', 'first has it no longer', 'second has it']);
});

it('is revoked when the time is up although something is still under way, and only then', async () => {
  const share = shared();
  const [first, second] = [new Member('first'), new Member('second')];
  share.giveTo(first);
  await settled();
  share.giveTo(second);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(said).toEqual(['first has it']);
  await vi.advanceTimersByTimeAsync(1);
  expect(said.slice(1)).toEqual(['first has it no longer', 'second has it']);
  first.stopped.resolve();
  await settled();
  expect(said.slice(3)).toEqual([]);
});

it('rests after a failure, yet not for the sake of another member', async () => {
  const share = shared();
  const [first, second] = [new Member('first'), new Member('second')];
  for (const member of [first, second]) member.stopped.resolve();
  share.giveTo(first);
  await settled();
  first.fail('broken');
  await vi.advanceTimersByTimeAsync(499);
  expect(said).toEqual(['first has it', 'broken', 'first has it no longer']);
  await vi.advanceTimersByTimeAsync(501);
  expect(said.slice(3)).toEqual(['first has it']);
  first.fail('broken');
  await settled();
  share.giveTo(second);
  await settled();
  expect(said.slice(4)).toEqual(['broken', 'first has it no longer', 'second has it']);
});
