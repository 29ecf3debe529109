import 'reflect-metadata';
import { Controller, UseGuards, type ExecutionContext, type Type } from '@nestjs/common';
import { PlatformError } from '@waybill/contracts';
import { record, serveInMemory, until, type ServeOptions } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { DeadLetter } from '../consumers/dead-letters.ts';
import { DeadLettered, WorkQueue } from './decorators.ts';
import type { Work } from './gather-work.ts';

const Body = z.object({ n: z.number() });
type Body = z.infer<typeof Body>;
const topic = 'tasks.agent.writer';
const settings = { queue: 'agent.writer', schema: Body, together: true } as const;
const numbersOf = (work: readonly Work<Body>[]): number[] => work.map(({ body }) => body.n);

async function serve(controller: Type, options: ServeOptions = {}) {
  const served = await serveInMemory(controller, options);
  onTestFinished(() => served.close());
  return served;
}

it('hands over in one call, through guards as well, what is handed out in one turn, up to the bound', async () => {
  const calls: number[][] = [];
  const guarded: number[] = [];
  const outcome = Promise.withResolvers<void>();
  @Controller()
  class Writer {
    @UseGuards({
      canActivate: (context: ExecutionContext) =>
        guarded.push(context.switchToRpc().getData<readonly unknown[]>().length) > 0,
    })
    @WorkQueue({ ...settings, maxInFlight: 3 })
    onWork(work: readonly Work<Body>[]): void {
      calls.push(numbersOf(work));
      for (const one of work) one.settle(one.body.n === 1 ? Promise.resolve() : outcome.promise);
    }
  }
  const { log, listen } = await serve(Writer);
  await log.append([1, 2, 3, 4, 5].map((n) => record(topic, 'k', { n })));
  await listen();
  await until(() => calls.length === 2);
  expect(calls).toEqual([[1, 2, 3], [4]]);
  expect(guarded).toEqual([3, 1]);
  outcome.resolve();
  await until(() => calls.length === 3);
  expect(calls[2]).toEqual([5]);
});

it('tries again only what failed, and puts aside what does not parse or will not pass', async () => {
  const calls: number[][] = [];
  const dead: string[] = [];
  let isDown = true;
  @Controller()
  class Writer {
    @WorkQueue(settings)
    onWork(work: readonly Work<Body>[]): void {
      calls.push(numbersOf(work));
      for (const one of work) one.settle(this.write(one.body.n));
    }

    async write(n: number): Promise<void> {
      if (n === 2) throw new PlatformError('invalid_request');
      if (n === 3 && isDown) throw new PlatformError('unavailable');
      await Promise.resolve();
    }

    @DeadLettered()
    onDead({ message }: DeadLetter): Promise<void> {
      return Promise.resolve(void dead.push(String(message.value)));
    }
  }
  const { log, clock, listen } = await serve(Writer);
  await log.append([{ n: 1 }, { n: 'x' }, { n: 2 }, { n: 3 }].map((body) => record(topic, 'k', body)));
  await listen();
  await until(() => dead.length === 2);
  isDown = false;
  await until(() => calls.length === 2, clock);
  expect(calls).toEqual([[1, 2, 3], [3]]);
  expect(dead.toSorted()).toEqual(['{"n":"x"}', '{"n":2}']);
});

it('gives record by record what a failing call has not settled, so that one hurts nobody else', async () => {
  const calls: number[][] = [];
  const dead: string[] = [];
  @Controller()
  class Writer {
    @WorkQueue(settings)
    onWork(work: readonly Work<Body>[]): void {
      calls.push(numbersOf(work));
      for (const one of work) {
        if (one.body.n === 2) throw new PlatformError('invalid_request');
        one.settle(Promise.resolve());
      }
    }

    @DeadLettered()
    onDead({ message }: DeadLetter): Promise<void> {
      return Promise.resolve(void dead.push(String(message.value)));
    }
  }
  const { log, listen } = await serve(Writer);
  await log.append([1, 2, 3].map((n) => record(topic, 'k', { n })));
  await listen();
  await until(() => dead.length === 1);
  expect(calls).toEqual([[1, 2, 3], [2], [3]]);
  expect(dead).toEqual(['{"n":2}']);
});

it('counts as failed what a handler forgets to settle', async () => {
  const dead: DeadLetter[] = [];
  @Controller()
  class Writer {
    @WorkQueue({ ...settings, maxAttempts: 2 })
    onWork(): void {}

    @DeadLettered()
    onDead(letter: DeadLetter): Promise<void> {
      return Promise.resolve(void dead.push(letter));
    }
  }
  const { log, clock, listen } = await serve(Writer);
  await log.append([record(topic, 'k', { n: 1 })]);
  await listen();
  await until(() => dead.length === 1, clock);
  expect(dead[0]).toMatchObject({ attempts: 2, failure: { class: 'bug' } });
});
