import { originalKey, originalOf } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { outdatedOriginals } from './originals.ts';

const hour = 3_600_000;
const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];

function upload(at: number, sha256: string): string {
  const time = at.toString(16).padStart(12, '0');
  return originalKey('d1', `${time.slice(0, 8)}-${time.slice(8)}-7abc-8def-0123456789ab`, sha256);
}

it('tells from a key when it was uploaded and what it holds', () => {
  expect(originalOf(upload(1_700_000_000_000, a))).toEqual({ uploadedAt: 1_700_000_000_000, sha256: a });
  for (const key of ['documents/d1/original', `documents/d1/${a}`, 'documents/d1/x/y'])
    expect(originalOf(key)).toBeUndefined();
});

it('is what came an hour before, of other content than the indexed', () => {
  const handled = upload(10 * hour, c);
  const old = [upload(hour, a), upload(2 * hour, b), upload(3 * hour, a)];
  const stays = [upload(9 * hour, a), upload(10 * hour, a), upload(11 * hour, a), 'documents/d1/original', handled];
  expect(outdatedOriginals([...old, ...stays], handled)).toEqual(old);
  expect(outdatedOriginals([...old, ...stays], handled, a)).toEqual([old[1]]);
});

it('is nothing when the one that was handled is of before, or gone', () => {
  expect(outdatedOriginals([upload(hour, a)], 'documents/d1/original')).toEqual([]);
  expect(outdatedOriginals([upload(hour, a)], upload(10 * hour, b))).toEqual([]);
});
