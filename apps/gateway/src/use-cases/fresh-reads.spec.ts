import { ManualClock } from '@waybill/testing';
import { describe, expect, it } from 'vitest';
import { FreshReads } from './fresh-reads.ts';

/** A log whose answers the spec holds in its hand, and a reader that is where it is told to be. */
function setUp() {
  const clock = new ManualClock();
  const questions: PromiseWithResolvers<readonly number[]>[] = [];
  const waitedFor: (readonly number[])[] = [];
  const log = {
    endOffsets: () => {
      const question = Promise.withResolvers<readonly number[]>();
      questions.push(question);
      return question.promise;
    },
  };
  const reader = {
    waitFor: (_topic: string, ends: readonly number[]) => Promise.resolve(void waitedFor.push(ends)),
  };
  return { clock, questions, waitedFor, fresh: new FreshReads({ log, reader, clock, patienceMs: 2_000 }) };
}
/** As it settles: nobody waits for it before the clock goes on. */
const outcomeOf = (read: Promise<void>): Promise<unknown> =>
  read.then(
    () => 'read',
    (error: unknown) => error,
  );
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('fresh reads', () => {
  it('ask the log after they began, one question for all who came before it', async () => {
    const { questions, waitedFor, fresh } = setUp();
    const first = fresh.wait('t');
    await turn();
    const later = [fresh.wait('t'), fresh.wait('t')];
    await turn();
    expect(questions).toHaveLength(1);
    questions[0]!.resolve([1]);
    await first;
    await turn();
    expect(questions).toHaveLength(2);
    const latest = fresh.wait('t');
    questions[1]!.resolve([2]);
    await Promise.all(later);
    await turn();
    questions[2]!.resolve([3]);
    await latest;
    expect(waitedFor).toEqual([[1], [2], [2], [3]]);
  });

  it('are told so when the log does not say in time where it ends', async () => {
    const { clock, questions, fresh } = setUp();
    const outcome = outcomeOf(fresh.wait('t'));
    await turn();
    clock.advance(2_000);
    expect(await outcome).toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 });
    expect(questions).toHaveLength(1);
  });

  it('ask anew although a question is never answered', async () => {
    const { clock, questions, waitedFor, fresh } = setUp();
    const late = [outcomeOf(fresh.wait('t')), outcomeOf(fresh.wait('t'))];
    await turn();
    clock.advance(1_000);
    late.push(outcomeOf(fresh.wait('t')));
    clock.advance(1_000);
    const inTime = fresh.wait('t');
    clock.advance(1_000);
    await turn();
    questions[1]!.resolve([5]);
    await inTime;
    const refused: unknown = expect.objectContaining({ code: 'unavailable' });
    expect(await Promise.all(late)).toEqual([refused, refused, refused]);
    expect(waitedFor).toEqual([[5], [5]]); // who is late has asked all the same
  });

  it('ask anew after a question that was refused, and say why it was', async () => {
    const { questions, waitedFor, fresh } = setUp();
    const outcome = outcomeOf(fresh.wait('t'));
    const other = fresh.wait('u');
    await turn();
    questions[0]!.reject(new Error('gone'));
    expect(await outcome).toMatchObject({ code: 'unavailable', cause: { message: 'gone' } });
    const again = fresh.wait('t');
    await turn();
    questions[1]!.resolve([1]);
    questions[2]!.resolve([2]);
    await Promise.all([other, again]);
    expect(waitedFor).toEqual([[1], [2]]);
  });
});
