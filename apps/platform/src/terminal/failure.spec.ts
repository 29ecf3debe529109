import { stripVTControlCharacters } from 'node:util';
import { StreamLost } from '@waybill/client';
import { expect, it } from 'vitest';
import { failureLine } from './failure.ts';

const line = (error: unknown): string => stripVTControlCharacters(failureLine(error));

it('a stream that was given up says how to follow its task', () => {
  expect(line(new StreamLost('t1'))).toBe(
    'waybill: The stream of task t1 was cut and could not be resumed. Follow it with: npm run waybill -- watch t1',
  );
});
