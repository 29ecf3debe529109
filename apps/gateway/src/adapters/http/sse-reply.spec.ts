import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { SseReply } from './sse-reply.ts';

function response(destroyed = false): { raw: ServerResponse; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...args: unknown[]): boolean => {
      calls.push([name, ...args]);
      if (name === 'writeHead') raw.headersSent = true;
      return true;
    };
  const raw = {
    destroyed,
    headersSent: false,
    ...Object.fromEntries(['writeHead', 'flushHeaders', 'write', 'end', 'destroy'].map((name) => [name, note(name)])),
  };
  return { raw: raw as unknown as ServerResponse, calls };
}
const names = (calls: unknown[][]): unknown[] => calls.map(([name]) => name);

it('opens with the first frames, or before them when there are none yet', () => {
  const early = response();
  const reply = new SseReply(early.raw);
  reply.begin();
  reply.begin();
  reply.write('a');
  reply.end('b');
  expect(names(early.calls)).toEqual(['writeHead', 'flushHeaders', 'write', 'end']);
});

it('goes out in one piece when it is over before it began', () => {
  const { raw, calls } = response();
  new SseReply(raw).end('ä');
  expect(calls).toMatchObject([
    ['writeHead', 200, { 'content-length': 2 }],
    ['end', 'ä', 'utf8'],
  ]);
});

it('does not touch a connection that is gone', () => {
  const { raw, calls } = response(true);
  const reply = new SseReply(raw);
  reply.begin();
  expect(reply.write('a')).toBe(true);
  reply.end('b');
  expect(calls).toEqual([]);
  reply.cut();
  expect(names(calls)).toEqual(['destroy']);
});
