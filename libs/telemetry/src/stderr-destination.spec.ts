/** A process whose log nobody reads any more: `npm start 2>&1 | less`, a log driver that hangs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { destinationOver } from './stderr-destination.ts';

const full = (): never => {
  throw Object.assign(new Error('full'), { code: 'EAGAIN' });
};

it('goes on when nobody reads its log', { timeout: 30_000 }, async () => {
  const file = new URL('stderr-destination.ts', import.meta.url).href;
  const script = `import { stderrDestination } from ${JSON.stringify(file)};
    const log = stderrDestination();
    for (let n = 0; n < 300; n += 1) log.write('x'.repeat(4095) + '\\n');
    process.stdout.write('goes on');`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'], // and `stderr` is not read
  });
  const tooLate = setTimeout(() => child.kill('SIGKILL'), 15_000);
  let said = '';
  child.stdout.on('data', (bytes) => (said += String(bytes)));
  await once(child, 'exit');
  clearTimeout(tooLate);
  expect(said).toBe('goes on');
});

it('is held back by one line and not by each, until somebody reads again; what was cut ends its line', () => {
  let room = 4;
  let attempts = 0;
  let taken = '';
  const log = destinationOver((bytes, offset) => {
    attempts += 1;
    if (room === 0) return full();
    const some = Math.min(room, bytes.length - offset);
    room -= some;
    taken += bytes.toString('latin1', offset, offset + some);
    return some;
  });
  log.write('{"a":1}\n');
  const first = attempts;
  for (let n = 0; n < 10; n += 1) log.write('{"lost":1}\n');
  expect(attempts - first).toBe(10);
  room = 1_000;
  log.write('{"b":2}\n');
  log.write('{"c":3}\n');
  expect(taken).toBe('{"a"\n{"b":2}\n{"c":3}\n');
});
