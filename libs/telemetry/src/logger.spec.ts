import { expect, it } from 'vitest';
import { createLogger, nullLogger } from './logger.ts';
import type { LogLevel } from './logger.ts';
import { destinationOver, stderrDestination } from './stderr-destination.ts';

function memoryLogger(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const logger = createLogger('gateway', {
    level,
    destination: { write: (line) => void lines.push(line) },
    clock: () => 0,
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

it('writes one JSON object a line', () => {
  const { logger, lines } = memoryLogger();
  logger.info('task\naccepted', { task_id: 't1', plan: { steps: 3 } });
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","service":"gateway","msg":"task\\naccepted","task_id":"t1","plan":{"steps":3}}\n',
  ]);
});

it.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
  ['silent', 0],
] as const)('at level %s lets %i of four lines through', (level, count) => {
  const { logger, lines } = memoryLogger(level);
  for (const each of ['debug', 'info', 'warn', 'error'] as const) logger[each](each);
  expect(lines).toHaveLength(count);
  expect(logger.isEnabled('warn')).toBe(count >= 2);
});

it('turns a traceparent into trace and span id', () => {
  const { logger, last } = memoryLogger();
  logger.warn('slow', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
  expect(last()).toMatchObject({ trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' });
  expect(last()).not.toHaveProperty('traceparent');
  logger.warn('slow', { traceparent: 'nonsense' });
  expect(last()).not.toHaveProperty('trace_id');
});

it('adds the fields of a child, and lets those of the line win', () => {
  const { logger, last } = memoryLogger();
  logger.child({ plan_id: 'p1', turn: 1 }).error('failed', { turn: 2 });
  expect(last()).toMatchObject({ plan_id: 'p1', turn: 2 });
});

it('keeps fixed names from being overwritten', () => {
  const { logger, last } = memoryLogger();
  logger.info('real', { msg: 'other', level: 'fatal' });
  expect(last()).toMatchObject({ msg: 'real', level: 'info', msg_: 'other', level_: 'fatal' });
});

it('keeps secrets out of the message too', () => {
  const { logger, last } = memoryLogger();
  logger.info('calling with Bearer abcdefgh12345678');
  expect(last()['msg']).toBe('calling with Bearer [redacted]');
});

it('still writes a line when the fields cannot be written', () => {
  const { logger, last } = memoryLogger();
  const hostile = new Proxy({}, { ownKeys: () => { throw new Error('no'); } }); // prettier-ignore
  logger.info('real', { hostile });
  expect(last()).toMatchObject({ msg: 'real', log_error: 'fields could not be written' });
});

it('says nothing as the null logger', () => {
  nullLogger.error('unheard');
  expect(nullLogger.child({ a: 1 }).isEnabled('error')).toBe(false);
});

it('writes a line whole when the pipe takes it in pieces or is full for a while', () => {
  let taken = '';
  let full = 2;
  const destination = destinationOver((bytes, offset) => {
    if (full > 0) {
      full -= 1;
      throw Object.assign(new Error('full'), { code: 'EAGAIN' });
    }
    taken += bytes.toString('latin1', offset, offset + 3);
    return Math.min(3, bytes.length - offset);
  });
  destination.write('{"a":1}\n');
  expect(taken).toBe('{"a":1}\n');
});

it('loses the line, not the process, when the reader is gone', () => {
  const destination = destinationOver(() => {
    throw Object.assign(new Error('gone'), { code: 'EPIPE' });
  });
  expect(() => destination.write('{}\n')).not.toThrow();
  expect(() => stderrDestination().write('')).not.toThrow();
});
