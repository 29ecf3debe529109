import { ManualClock, quiet } from '@waybill/testing';
import { describe, expect, it } from 'vitest';
import { setUpStream, text } from '../testing/stream-fixture.ts';
import type { StreamStart } from './task-stream.ts';

const setUp = (start: Partial<StreamStart> = {}, stored: string[] = [], sliceChars = 1_000_000) => {
  const clock = new ManualClock();
  const made = setUpStream({ clock, start, sliceChars });
  made.store.texts = stored;
  return { ...made, clock };
};

describe('tokens', () => {
  const wanted = { tokens: true };

  it('come with ids of both positions', () => {
    const { client, add, open, token } = setUp(wanted);
    add(1);
    token(10);
    token(11);
    const stream = open();
    stream.pump();
    token(15);
    stream.pump();
    add(2);
    stream.pump();
    expect(client.ids).toEqual(['1.-1', '1.10', '1.11', '1.15', '2.15']);
    expect(client.events).toEqual(['StepDispatched', 'token', 'token', 'token', 'StepDispatched']);
    expect(client.out).toContain('data: {"step_id":"s","work_id":"w","epoch":1,"turn":0,"index":10,"text":"t10"}');
  });

  it('are dropped in favour of the event that ends their activation', () => {
    const { client, add, open, token } = setUp(wanted);
    add(1);
    token(1);
    add(2, 'StepCompleted', { work_id: 'w', epoch: 1, turn: 0 });
    open().pump();
    expect(client.events).toEqual(['StepDispatched', 'StepCompleted']);
  });

  it('begin anew after a retry', () => {
    const { client, add, open, token } = setUp(wanted);
    add(1);
    token(1);
    const stream = open();
    stream.pump();
    add(2, 'StepRetryScheduled', { work_id: 'w', epoch: 1 });
    token(2, 2);
    stream.pump();
    expect(client.events).toEqual(['StepDispatched', 'token', 'StepRetryScheduled', 'attempt.reset', 'token']);
  });

  it('of another turn are no retry', () => {
    const { client, add, open, token } = setUp(wanted);
    add(1);
    token(1);
    const stream = open();
    stream.pump();
    token(2, 1, 1);
    stream.pump();
    expect(client.events).not.toContain('attempt.reset');
  });

  it('begin anew after a resume without their position', () => {
    const { client, add, open, token } = setUp({ ...wanted, after: 1 });
    add(1);
    token(1);
    open().pump();
    expect(client.events).toEqual(['attempt.reset', 'token']);
  });

  it('go on after a resume with their position', () => {
    const { client, add, open, token } = setUp({ ...wanted, after: 1, tokenOffset: 1 });
    add(1);
    token(1);
    token(2);
    open().pump();
    expect(client.ids).toEqual(['1.2']);
  });

  it('go on after a resume in a later attempt, for the client has its beginning', () => {
    const { client, add, open, token } = setUp({ ...wanted, after: 1, tokenOffset: 10 });
    add(1);
    token(10, 2);
    token(11, 2);
    open().pump();
    expect(client.events).toEqual(['token']);
  });

  it('begin anew after a resume when the attempt is another one since', () => {
    const { client, add, open, token } = setUp({ ...wanted, after: 1, tokenOffset: 10 });
    add(1);
    token(10, 1);
    token(11, 2);
    open().pump();
    expect(client.events).toEqual(['attempt.reset', 'token']);
  });

  it('are shown of a task whose events are in the store alone', async () => {
    const { client, open, store, token } = setUp(wanted);
    store.texts = [text(1), text(2)];
    const stream = open();
    stream.pump();
    await quiet();
    token(7);
    stream.pump();
    expect(client.ids).toEqual(['1.-1', '2.-1', '2.7']);
  });

  it('go on when first events come again of a task whose events are in the store alone', async () => {
    const { client, add, open, store, token } = setUp(wanted);
    store.texts = [text(1), text(2), text(3)];
    const stream = open();
    stream.pump();
    await quiet();
    add(1);
    add(2);
    token(7);
    stream.pump();
    expect(client.ids).toEqual(['1.-1', '2.-1', '3.-1', '3.7']);
  });

  it('of an activation that has ended are not shown when they come again, also where the store alone knows of its end', async () => {
    const { client, open, store, token } = setUp(wanted);
    store.texts = [text(1), text(2, 'StepRetryScheduled', { work_id: 'w', epoch: 1 }), text(3)];
    const stream = open();
    stream.pump();
    await quiet();
    token(7);
    token(8, 2);
    stream.pump();
    expect(client.events).toEqual(['StepDispatched', 'StepRetryScheduled', 'StepDispatched', 'attempt.reset', 'token']);
    expect(client.ids.at(-1)).toBe('3.8');
  });

  it('of an activation that has ended are not shown after a resume either', async () => {
    const { client, add, open, store, token } = setUp(wanted);
    store.texts = [text(1), text(2, 'StepCompleted', { work_id: 'w', epoch: 1, turn: 0 })];
    const stream = open();
    stream.pump();
    await quiet();
    token(7);
    stream.pump();
    add(3);
    stream.pump();
    expect(client.ids.at(-1)).toBe('3.7');
  });

  it('do not show to who did not ask', () => {
    const { client, add, open, token } = setUp();
    add(1);
    token(1);
    open().pump();
    expect(client.ids).toEqual(['1']);
  });

  it('carry their position over events from the store', async () => {
    const { client, open, store } = setUp({ ...wanted, tokenOffset: 5 });
    store.texts = [text(1, 'TaskCompleted')];
    open().pump();
    await quiet();
    expect(client.ids).toEqual(['1.5']);
  });
});
