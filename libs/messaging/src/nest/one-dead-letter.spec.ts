import 'reflect-metadata';
import { Controller } from '@nestjs/common';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { PlatformError } from '@waybill/contracts';
import { quiet, record, serveInMemory, until } from '@waybill/testing';
import { DeadLettered, WorkQueue } from './decorators.ts';

it('writes one dead letter, however long the store is away in which its hook says so', async () => {
  let asked = 0;
  @Controller()
  class Writer {
    @WorkQueue({ queue: 'agent.writer', schema: z.object({ n: z.number() }) })
    onWork(): Promise<void> {
      return Promise.resolve();
    }
    @DeadLettered()
    report(): Promise<void> {
      asked += 1;
      return asked < 5 ? Promise.reject(new PlatformError('unavailable')) : Promise.resolve();
    }
  }
  const served = await serveInMemory(Writer, { group: 'agent-node' });
  onTestFinished(() => served.close());
  await served.listen();
  await served.log.append([record('tasks.agent.writer', 'a', 'no number')]);
  await until(() => asked === 5, served.clock);
  await quiet();
  const letters = (await served.log.endOffsets('agent-node.dlq')).reduce((sum, end) => sum + end, 0);
  expect(letters).toBe(1);
});
