import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { watchOutput, type OutputFailure } from './lost-output.ts';

/** Where nothing more can be written once that is said. */
function failing(code: string) {
  let isFull = false;
  const stream = new Writable({
    autoDestroy: false, // as standard output, which is never destroyed
    write: (_chunk, _encoding, done) => done(isFull ? Object.assign(new Error('lost'), { code }) : null),
  });
  const failures: OutputFailure[] = [];
  const fill = (): void => void (isFull = true);
  return { stream, fill, failures, output: watchOutput((failure) => failures.push(failure), stream) };
}

it.each([
  ['ENOSPC', false],
  ['EPIPE', true],
])('tells of %s once, and at the latest when all that was printed is settled', async (code, isReaderGone) => {
  const { stream, fill, failures, output } = failing(code);
  stream.write('taken');
  await output.settled();
  expect([failures, output.failure]).toEqual([[], undefined]);
  fill();
  for (const line of ['lost', 'lost too']) stream.write(line);
  await output.settled();
  expect(failures).toEqual([{ isReaderGone, code }]);
  expect(output.failure).toBe(failures[0]);
});
