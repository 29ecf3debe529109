import { ManualClock, quiet } from '@waybill/testing';
import { describe, expect, it } from 'vitest';
import { setUpStream, text, typeAt } from '../testing/stream-fixture.ts';
import type { StreamStart } from './task-stream.ts';

const setUp = (start: Partial<StreamStart> = {}, stored: string[] = [], sliceChars = 1_000_000) => {
  const clock = new ManualClock();
  const made = setUpStream({ clock, start, sliceChars });
  made.store.texts = stored;
  return { ...made, clock };
};

describe('a stream', () => {
  it('sends each event once, in order, and ends after the terminal one', () => {
    const { client, add, open, over } = setUp();
    add(1);
    const stream = open();
    stream.pump();
    stream.pump();
    add(2);
    add(2);
    add(3, 'TaskCompleted');
    stream.pump();
    expect(client.ids).toEqual(['1', '2', '3']);
    expect(client.out.split('\n\n')[0]).toBe(`id: 1\nevent: StepDispatched\ndata: ${text(1)}`);
    expect([client.state, stream.isOver, over.length]).toEqual(['ended', true, 1]);
  });

  it('goes on after the event that the client has', () => {
    const { client, add, open } = setUp({ after: 2 });
    for (const seq of [1, 2, 3]) add(seq, typeAt(seq, 3));
    open().pump();
    expect(client.ids).toEqual(['3']);
  });

  it('reads from the store what is not in memory, page by page', async () => {
    const { client, open, store } = setUp();
    store.texts = [1, 2, 3, 4, 5].map((seq) => text(seq, typeAt(seq, 5)));
    open().pump();
    await quiet();
    expect([client.ids, client.state]).toEqual([['1', '2', '3', '4', '5'], 'ended']);
  });

  it('goes over from the store to memory without gap or repetition', async () => {
    const { client, add, open, store } = setUp();
    store.texts = [text(1), text(2)];
    const stream = open();
    stream.pump();
    await quiet();
    add(3);
    add(4, 'TaskFailed');
    stream.pump();
    expect(client.ids).toEqual(['1', '2', '3', '4']);
  });

  it('reads a hole from the store', async () => {
    const { client, add, open, store } = setUp();
    add(1);
    const stream = open();
    stream.pump();
    add(4);
    store.texts = [text(1), text(2), text(3), text(4)];
    stream.pump();
    await quiet();
    add(5, 'TaskCompleted');
    stream.pump();
    expect(client.ids).toEqual(['1', '2', '3', '4', '5']);
  });

  it('looks into the store, less and less often, while nothing comes', async () => {
    const { client, add, open, store } = setUp();
    add(1);
    const stream = open();
    stream.pump();
    const looks: number[] = [];
    const source = store as { texts: string[] };
    Object.defineProperty(source, 'texts', { get: () => (looks.push(beats), [text(1)]) });
    let beats = 0;
    for (beats = 1; beats <= 9; beats += 1) {
      stream.heartbeat();
      await quiet();
    }
    expect(looks).toEqual([1, 2, 4, 8]);
    add(2);
    stream.pump();
    stream.heartbeat();
    await quiet();
    expect(looks).toEqual([1, 2, 4, 8, 10]);
    expect([client.ids, client.state]).toEqual([['1', '2'], 'open']);
  });

  it('sends what only the store has heard of, once', async () => {
    const { client, add, open, store } = setUp();
    add(1);
    const stream = open();
    stream.pump();
    store.texts = [text(1), text(2), text(3)];
    stream.heartbeat();
    add(2); // meanwhile
    stream.pump();
    await quiet();
    store.texts.push(text(4, 'TaskCompleted'));
    stream.heartbeat();
    await quiet();
    expect([client.ids, client.state]).toEqual([['1', '2', '3', '4'], 'ended']);
  });

  it('waits on when the store cannot be looked into', async () => {
    const { client, add, open, store } = setUp();
    add(1);
    const stream = open();
    stream.pump();
    store.fails = true;
    stream.heartbeat();
    await quiet();
    add(2, 'TaskCompleted');
    stream.pump();
    expect([client.ids, client.state]).toEqual([['1', '2'], 'ended']);
  });

  it('is cut, with an alarm, when the store lacks events that the task is known to have', async () => {
    const { client, open, store, holes } = setUp({ known: 5 });
    store.texts = [1, 2, 3, 4].map((seq) => text(seq));
    open().pump();
    await quiet();
    expect([client.ids, client.state, holes]).toEqual([['1', '2', '3', '4'], 'cut', [5]]);
  });

  it('is cut, with an alarm, when not even the store has the event', async () => {
    const { client, add, open, holes, over } = setUp();
    add(1);
    const stream = open();
    stream.pump();
    add(3);
    stream.pump();
    await quiet();
    expect([client.ids, client.state, holes, over.length]).toEqual([['1'], 'cut', [2], 1]);
  });

  it('is cut when the store fails: that is no hole, for nobody has looked', async () => {
    const { client, open, store, holes } = setUp();
    store.fails = true;
    open().pump();
    await quiet();
    expect([client.state, holes]).toEqual(['cut', []]);
  });

  it('does nothing after the client went away, also in the middle of a read', async () => {
    const { client, open, store, over } = setUp();
    store.texts = [text(1)];
    const stream = open();
    stream.pump();
    stream.close();
    stream.close();
    await quiet();
    stream.pump();
    stream.heartbeat();
    expect([client.out, over.length]).toEqual(['', 1]);
  });

  it('sends heartbeats as comments', () => {
    const { client, add, open } = setUp();
    add(1);
    const stream = open();
    stream.pump();
    stream.heartbeat();
    expect(client.out.endsWith(': heartbeat\n\n')).toBe(true);
  });
});

describe('a slow reader', () => {
  it('gets the next slice when he has taken the last', () => {
    const { client, add, open } = setUp({}, [], 10);
    for (const seq of [1, 2, 3]) add(seq, typeAt(seq, 3));
    client.takes = false;
    const stream = open();
    stream.pump();
    stream.pump();
    stream.heartbeat();
    expect(client.ids).toEqual(['1']);
    stream.drained();
    expect(client.ids).toEqual(['1', '2']);
    client.takes = true;
    stream.drained();
    stream.drained();
    expect([client.ids, client.state]).toEqual([['1', '2', '3'], 'ended']);
  });

  it('is cut off when he takes nothing for too long', () => {
    const { client, clock, add, open } = setUp();
    add(1);
    client.takes = false;
    open().pump();
    clock.advance(999);
    expect(client.state).toBe('open');
    clock.advance(1);
    expect(client.state).toBe('cut');
  });
});
