import { expect, it } from 'vitest';
import { isAtLeast, oldest, parseVersion, wanted } from './node-version.mjs';

it('reads versions with and without v, and with a pre-release', () => {
  expect(parseVersion('v24.11.0')).toEqual([24, 11, 0]);
  expect(parseVersion('20.9.3')).toEqual([20, 9, 3]);
  expect(parseVersion('25.0.0-nightly20260101')).toEqual([25, 0, 0]);
});

it('refuses what is no version', () => {
  expect(() => parseVersion('lts')).toThrow(/not a version: lts/);
});

it.each([
  ['18.20.8', oldest, false],
  ['20.0.0', oldest, true],
  ['20.20.2', wanted, false],
  ['24.9.9', wanted, false],
  ['24.10.11', wanted, false],
  ['24.11.0', wanted, true],
  ['24.11.0-rc.1', wanted, false],
  ['24.21.0', wanted, true],
  ['25.0.0-nightly', wanted, true],
  ['100.0.0', wanted, true],
])('knows whether %s is at least %s', (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected);
});
