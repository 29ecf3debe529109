import { createRequire } from 'node:module';
import { beforeEach, afterEach, expect, it, vi } from 'vitest';
import { restIdleQueues, type RequestQueue } from './idle-queues.ts';

interface ClientsQueue extends RequestQueue {
  push(request: object): void;
  fulfillRequest(answer: object): void;
  maybeThrottle(ms: number): void;
}
const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/network/requestQueue/index.js') as new (options: object) => ClientsQueue;
const logger: object = { namespace: () => logger, debug() {}, error() {} };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openQueue() {
  const Own = class extends Clients {};
  restIdleQueues(Own);
  const options = { maxInFlightRequests: 1, requestTimeout: 30_000, enforceRequestTimeout: false };
  const queue = new Own({ ...options, clientId: 'c', broker: 'b', logger, isConnected: () => true });
  const sent: number[] = [];
  const push = (correlationId: number): void =>
    queue.push({
      entry: { correlationId, apiKey: 1, apiVersion: 1, apiName: 'A', resolve() {}, reject() {} },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    });
  const answer = (correlationId: number): void => queue.fulfillRequest({ correlationId, payload: null, size: 0 });
  return { queue, sent, push, answer };
}

it('an answered connection has no timer', () => {
  const { sent, push, answer } = openQueue();
  push(1);
  answer(1);
  expect([sent, vi.getTimerCount()]).toEqual([[1], 0]);
});

it('a request that has to wait for another one is sent when that is answered', () => {
  const { sent, push, answer } = openQueue();
  push(1);
  push(2);
  expect(sent).toEqual([1]);
  answer(1);
  expect(sent).toEqual([1, 2]);
  answer(2);
  vi.advanceTimersByTime(1_000);
  expect(vi.getTimerCount()).toBe(0);
});

it('a request that comes while the broker wants less is sent when that time is over', () => {
  const { queue, sent, push } = openQueue();
  queue.maybeThrottle(50);
  push(1);
  vi.advanceTimersByTime(49);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(20);
  expect([sent, vi.getTimerCount()]).toEqual([[1], 0]);
});
