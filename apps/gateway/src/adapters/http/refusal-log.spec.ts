import { PlatformError } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { RefusalLog } from './refusal-log.ts';

it('tells the first refusal of a kind with its reason, then one in ten seconds with how many were not told', () => {
  const lines: unknown[] = [];
  let now = 0;
  const log = new RefusalLog({ warn: (text, fields) => lines.push([text, fields]) }, () => now);
  const away = new PlatformError('unavailable', { cause: new Error('connect ECONNREFUSED') });
  const late = new PlatformError('timeout');
  for (now = 0; now <= 10_000; now += 2_500) log.add(away);
  log.add(late);
  expect(lines).toEqual([
    ['Requests are refused for now.', { error: away, untold: 0 }],
    ['Requests are refused for now.', { error: away, untold: 3 }],
    ['Requests are refused for now.', { error: late, untold: 0 }],
  ]);
});
