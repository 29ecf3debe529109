import type { MessageHandler } from '@nestjs/microservices';
import { InMemoryMessageLog, ManualClock } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { PlatformError } from '@waybill/contracts';
import { Subscriptions } from './subscriptions.ts';

it('says so when it goes on without having caught up', async () => {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions: 1 });
  log.endOffsets = () => Promise.reject(new PlatformError('log_unavailable'));
  const told: string[] = [];
  const subscriptions = new Subscriptions({
    log,
    clock,
    group: 'agent-node',
    deadLetters: { publish: async () => {} },
    hooks: { onError: (_, doing) => void told.push(doing) },
  });
  onTestFinished(() => subscriptions.close());
  subscriptions.add({
    name: 'Signals.cancel',
    controller: {},
    handler: (async () => {}) as unknown as MessageHandler,
    spec: { kind: 'broadcast', settings: { topics: ['task.signals'], from: 'start' } },
  });
  await subscriptions.start();
  expect(told).toEqual(['catch up of Signals.cancel']);
});
