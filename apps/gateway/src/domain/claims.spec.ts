import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Claims } from './claims.ts';

interface Written {
  readonly key: string;
  readonly entry: { readonly name: string; readonly version: number; readonly hash: string } | undefined;
}
const entry = (hash: string, version = 1) => ({ name: 'r1', version, hash });
const claim = (hash: string, id: string): Written => ({ key: `r1/1/${hash}/${id}`, entry: entry(hash) });

function read(log: readonly Written[]): Claims<ReturnType<typeof entry>> {
  const claims = new Claims<ReturnType<typeof entry>>();
  for (const { key, entry: given } of log) {
    if (given) claims.add({ key, partition: 0 }, given);
    else claims.withdraw(key);
  }
  return claims;
}
const tombstonesOf = (log: readonly Written[]): Written[] =>
  read(log).lost.map(({ key }) => ({ key, entry: undefined }));
/** What a log cleaner has left that has come as far as `to`. */
const compacted = (log: readonly Written[], to: number): Written[] => {
  const latest = new Map(log.slice(0, to).map(({ key }, at) => [key, at]));
  return log.filter(({ key }, at) => at >= to || latest.get(key) === at);
};
const holderOf = (log: readonly Written[]): string | undefined => read(log).find('r1', 1)?.hash;

describe('a name and version', () => {
  const [a, b, again] = [claim('a', '1'), claim('b', '2'), claim('a', '3')];

  it('is held by the first that claimed it, whatever came after', () => {
    const claims = read([a, b, again]);
    expect(claims.find('r1', 1)?.hash).toBe('a');
    expect([a, b, again].map(({ key }) => claims.isHolder(key))).toEqual([true, false, false]);
    expect(claims.lost.map(({ key }) => key)).toEqual([b.key, again.key]);
  });

  it('is held by the next when the first was taken back, and by nobody when all were', () => {
    const gone = ({ key }: Written): Written => ({ key, entry: undefined });
    expect(holderOf([a, b, gone(a)])).toBe('b');
    const claims = read([a, b, gone(a), gone(b)]);
    expect([claims.find('r1', 1), claims.find('r1'), [...claims.latestVersions], claims.lost]).toEqual([
      undefined,
      undefined,
      [],
      [],
    ]);
  });

  it('is held by the same one when its record was written twice and the other one was withdrawn in between', () => {
    const log = [a, b];
    log.push(...tombstonesOf(log), a);
    for (let to = 0; to <= log.length; to += 1) expect(holderOf(compacted(log, to))).toBe('a');
  });

  it('never changes hands, however claims, withdrawals, crashes and compaction are mixed', () => {
    const act = fc.oneof(
      fc.record({ claim: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ withdraw: fc.nat(9) }),
      fc.record({ compactTo: fc.nat(40) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        let log: Written[] = [];
        let holder: string | undefined;
        acts.forEach((one, id) => {
          if ('claim' in one) log.push(claim(one.claim, String(id)));
          else if ('withdraw' in one)
            log.push(...tombstonesOf(log).slice(0, one.withdraw)); // the rest of it a crash has cut off
          else log = compacted(log, one.compactTo);
          holder ??= holderOf(log);
          expect(holderOf(log)).toBe(holder);
        });
      }),
    );
  });
});

it('shows the latest version that is held', () => {
  const claims = read([
    { key: '3', entry: entry('x', 3) },
    { key: '1', entry: entry('y', 1) },
  ]);
  expect(claims.find('r1')).toMatchObject({ version: 3 });
  claims.withdraw('3');
  expect(claims.find('r1')).toMatchObject({ version: 1 });
});
