import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OffsetLedger } from './offset-ledger.ts';
import { decodeFinished, encodeFinished } from './offset-metadata.ts';

const offsets = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 300 });

it('knows what is finished, in whatever order it finished', () =>
  fc.assert(
    fc.property(offsets, fc.integer({ min: 0, max: 50 }), (finished, begin) => {
      const ledger = new OffsetLedger(begin);
      for (const offset of finished) ledger.add(offset);
      const set = new Set(finished);
      let position = begin;
      while (set.has(position)) position += 1;
      expect(ledger.position).toBe(position);
      for (let offset = 0; offset <= 301; offset += 1)
        expect(ledger.has(offset)).toBe(offset < position || (offset >= begin && set.has(offset)));
    }),
  ));

it('keeps runs above the prefix apart, ascending and not empty', () =>
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 9 }))), (runs) => {
      const ledger = new OffsetLedger(0);
      for (const [from, length] of runs) ledger.add(from, from + length);
      let end = ledger.position;
      for (const run of ledger.above) {
        expect(run.from).toBeGreaterThan(end);
        expect(run.to).toBeGreaterThan(run.from);
        end = run.to;
      }
    }),
  ));

it('reads back from commit metadata what was finished above the prefix', () =>
  fc.assert(
    fc.property(offsets, fc.integer({ min: 0, max: 2 ** 40 }), (finished, begin) => {
      const ledger = new OffsetLedger(begin);
      for (const offset of finished) ledger.add(begin + offset);
      const decoded = decodeFinished(ledger.position, encodeFinished(ledger.position, ledger.above));
      expect(decoded).toEqual(ledger.above);
    }),
  ));

it('never says more in metadata than was finished, and never more than 4 KiB', () => {
  const ledger = new OffsetLedger(0);
  for (let offset = 1; offset < 20_000; offset += 2) ledger.add(offset);
  const metadata = encodeFinished(ledger.position, ledger.above)!;
  expect(metadata.length).toBeLessThanOrEqual(4_096);
  const decoded = decodeFinished(ledger.position, metadata);
  expect(decoded.length).toBeGreaterThan(1_000);
  expect(decoded).toEqual(ledger.above.slice(0, decoded.length));
});

it('takes metadata that it cannot read as nothing', () => {
  for (const metadata of [undefined, '', 'f2.AQE', 'f1.', 'f1.AQ', 'nonsense', 'f1.AQAB'])
    expect(decodeFinished(5, metadata)).toEqual([]);
});
