import 'reflect-metadata';
import {
  Catch,
  Controller,
  Inject,
  Injectable,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { EMPTY, map, type Observable } from 'rxjs';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { PlatformError, type IncomingMessage } from '@waybill/contracts';
import { record, serveInMemory, until, type ServeOptions } from '@waybill/testing';
import { DeadLettered, WorkQueue } from './decorators.ts';

const Work = z.object({ n: z.number() });
type Work = z.infer<typeof Work>;

async function serve(controller: Type, options: ServeOptions = {}) {
  const served = await serveInMemory(controller, { group: 'agent-node', ...options });
  onTestFinished(() => served.close());
  await served.listen();
  return served;
}

it('calls a handler with the message and its parsed body', async () => {
  const seen: [string, Work][] = [];
  @Controller()
  class Writer {
    @WorkQueue({ queue: 'agent.writer', schema: Work })
    onWork(message: IncomingMessage, work: Work): Promise<void> {
      seen.push([message.key, work]);
      return Promise.resolve();
    }
  }
  const { log } = await serve(Writer);
  await log.append([record('tasks.agent.writer', 'a', { n: 1 })]);
  await until(() => seen.length === 1);
  expect(seen).toEqual([['a', { n: 1 }]]);
});

it('injects what a controller needs', async () => {
  const seen: number[] = [];
  @Injectable()
  class UseCase {
    execute(n: number): void {
      seen.push(n);
    }
  }
  @Controller()
  class Writer {
    constructor(@Inject(UseCase) private readonly useCase: UseCase) {}

    @WorkQueue({ queue: 'agent.writer', schema: Work })
    onWork(_message: IncomingMessage, work: Work): void {
      this.useCase.execute(work.n);
    }
  }
  const { log } = await serve(Writer, { providers: [UseCase] });
  await log.append([record('tasks.agent.writer', 'a', { n: 7 })]);
  await until(() => seen.length === 1);
  expect(seen).toEqual([7]);
});

it('lets guards, interceptors, pipes and filters do their work', async () => {
  const trace: string[] = [];
  const results: unknown[] = [];
  class Guard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const rpc = context.switchToRpc();
      trace.push(`guard ${rpc.getContext<IncomingMessage>().key} ${rpc.getData<Work>().n}`);
      return true;
    }
  }
  class Interceptor implements NestInterceptor {
    intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
      trace.push('before');
      return next.handle().pipe(map((value) => (trace.push('after'), value)));
    }
  }
  class Pipe implements PipeTransform {
    transform(value: unknown): unknown {
      trace.push('pipe');
      return value;
    }
  }
  @Catch(RangeError)
  class Filter implements ExceptionFilter {
    catch(error: RangeError, host: ArgumentsHost): Observable<never> {
      trace.push(`filter ${error.message} ${host.switchToRpc().getContext<IncomingMessage>().key}`);
      return EMPTY;
    }
  }
  @UseFilters(new Filter())
  @Controller()
  class Writer {
    @WorkQueue({ queue: 'agent.writer', schema: Work })
    @UseGuards(new Guard())
    @UseInterceptors(new Interceptor())
    @UsePipes(new Pipe())
    onWork(_message: IncomingMessage, work: Work): Promise<void> {
      if (work.n > 1) return Promise.reject(new RangeError('too much'));
      results.push(work);
      return Promise.resolve();
    }
  }
  const { log } = await serve(Writer);
  await log.append([record('tasks.agent.writer', 'a', { n: 1 })]);
  await until(() => trace.includes('after'));
  await log.append([record('tasks.agent.writer', 'b', { n: 2 })]);
  await until(() => trace.some((line) => line.startsWith('filter')));
  expect(trace).toEqual([
    'guard a 1',
    'before',
    'pipe',
    'pipe',
    'after',
    'guard b 2',
    'before',
    'pipe',
    'pipe',
    'filter too much b',
  ]);
  expect(log.recordsOf('agent-node.dlq')).toEqual([]);
});

it('sees the error of a handler as it was thrown, so that its class decides', async () => {
  const attempts: number[] = [];
  const dead: unknown[] = [];
  @Controller()
  class Writer {
    @WorkQueue({ queue: 'agent.writer', schema: Work })
    onWork(_message: IncomingMessage, work: Work): Promise<void> {
      attempts.push(work.n);
      return Promise.reject(
        work.n === 1 ? new PlatformError('model_refused') : new PlatformError('model_failed', { retryAfterMs: 5 }),
      );
    }

    @DeadLettered()
    onDead(letter: { message: IncomingMessage; attempts: number; failure: { code: string } }): Promise<void> {
      dead.push([letter.message.key, letter.attempts, letter.failure.code]);
      return Promise.resolve();
    }
  }
  const { clock, log } = await serve(Writer);
  await log.append([record('tasks.agent.writer', 'a', { n: 1 }), record('tasks.agent.writer', 'b', { n: 2 })]);
  await until(() => dead.length === 2, clock);
  expect(dead).toEqual([
    ['a', 1, 'model_refused'],
    ['b', 5, 'model_failed'],
  ]);
  expect(attempts).toEqual([1, 2, 2, 2, 2, 2]);
  const headers = log
    .recordsOf('agent-node.dlq')
    .map(({ headers: { dlq_error_class, dlq_attempts } }) => `${dlq_error_class} ${dlq_attempts}`);
  expect(headers.toSorted()).toEqual(['denied 1', 'transient 5']);
});
