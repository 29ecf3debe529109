import { expect, it } from 'vitest';
import { slowly } from './slowly.ts';

it('prints nothing of what is quick, and of what is slow a line now and then', () => {
  const printed: string[] = [];
  let time = 0;
  const report = slowly(
    (line) => void printed.push(line),
    () => time,
  );
  for (; time < 7_000; time += 500) report(() => `at ${time}`);
  expect(printed).toEqual(['  at 2000 ...', '  at 4000 ...', '  at 6000 ...']);
});
