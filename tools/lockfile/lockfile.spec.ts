/** The lock file installs on every platform, and is the one of this package.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rootDir } from '../workspaces.mjs';
import { completed, missingOptional, platformOf } from './complete.mjs';

const lock = () =>
  JSON.parse(readFileSync(join(rootDir, 'package-lock.json'), 'utf8')) as Parameters<typeof completed>[0];

it('has the packages of every platform, or npm ci refuses it', () => {
  // Mend it with: node tools/lockfile/complete.mjs
  expect(missingOptional(lock()).map(({ name }) => name)).toEqual([]);
});

it('names no registry: each machine uses its own', () => {
  expect(readFileSync(join(rootDir, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/);
});

it('adds what is missing once, and nothing else', () => {
  const parent = {
    version: '2.0.0',
    dev: true,
    optionalDependencies: { 'fast-darwin-arm64': '2.0.0', 'fast-linux-x64-musl': '2.0.0' },
  };
  const before = {
    packages: { 'node_modules/fast': parent, 'node_modules/fast-linux-x64-musl': { version: '2.0.0' } },
  };
  const after = completed(before);
  expect(after.packages['node_modules/fast-darwin-arm64']).toEqual({
    version: '2.0.0',
    cpu: ['arm64'],
    os: ['darwin'],
    dev: true,
    optional: true,
  });
  expect(completed(after)).toEqual(after);
});

it('finds a package that lies inside the one that asks for it', () => {
  const packages = {
    'node_modules/a': { optionalDependencies: { 'b-linux-x64': '1.0.0' } },
    'node_modules/a/node_modules/b-linux-x64': { version: '1.0.0' },
  };
  expect(missingOptional({ packages })).toEqual([]);
});

it.each([
  ['@swc/core-darwin-arm64', { cpu: ['arm64'], os: ['darwin'] }],
  ['@oxlint-tsgolint/win32-x64', { cpu: ['x64'], os: ['win32'] }],
  ['@oxlint/binding-linux-arm-gnueabihf', { cpu: ['arm'], libc: ['glibc'], os: ['linux'] }],
  ['@oxc-parser/binding-linux-x64-musl', { cpu: ['x64'], libc: ['musl'], os: ['linux'] }],
])('reads the platform of %s from its name', (name, platform) => expect(platformOf(name)).toEqual(platform));

it('does not guess a platform', () => {
  const packages = { 'node_modules/a': { optionalDependencies: { fsevents: '2.3.3' } } };
  expect(() => completed({ packages })).toThrow(/fsevents: no platform in its name/);
});
