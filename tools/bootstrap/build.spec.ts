/** When the built files count as those of the sources. The tree is made in the temporary directory; no real compiler is run. */
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { build, fingerprint, isBuilt } from './build.mjs';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'waybill-build-'));
  for (const file of ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json']) put(file, '{}');
  for (const file of ['package.json', 'tsconfig.json', 'src/index.ts', 'src/deep/plan.ts', 'dist/index.js'])
    put(`libs/a/${file}`, '');
  put('node_modules/.cache/waybill/build', fingerprint(root));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('is built when nothing changed', () => expect(isBuilt(root)).toBe(true));

it.each([
  ['a source changed', () => put('libs/a/src/deep/plan.ts', 'export const plan = 1;')],
  ['a source was touched', () => utimesSync(join(root, 'libs/a/src/index.ts'), 1, 1)],
  ['a source was added', () => put('libs/a/src/new.ts', '')],
  ['a source was removed', () => rmSync(join(root, 'libs/a/src/deep/plan.ts'))],
  [
    'a package was added',
    () => ['package.json', 'tsconfig.json', 'src/index.ts'].forEach((file) => put(`apps/b/${file}`, '')),
  ],
  ['the compiler options changed', () => put('tsconfig.base.json', '{"compilerOptions": {}}')],
  ['other packages were installed', () => put('package-lock.json', '{"packages": {}}')],
  ['the output was deleted', () => rmSync(join(root, 'libs/a/dist'), { recursive: true })],
  ['it was never built', () => rmSync(join(root, 'node_modules'), { recursive: true })],
])('is stale when %s', (_, change) => {
  change();
  expect(isBuilt(root)).toBe(false);
});

it('is built after a build, and a copy whose files are hard links keeps its own stamp', async () => {
  put('node_modules/typescript/bin/tsc', '');
  put('node_modules/of-a-copy', 'other');
  rmSync(join(root, 'node_modules/.cache/waybill/build'));
  linkSync(join(root, 'node_modules/of-a-copy'), join(root, 'node_modules/.cache/waybill/build'));
  expect(isBuilt(root)).toBe(false);
  await build(root, () => undefined);
  expect(isBuilt(root)).toBe(true);
  expect(readFileSync(join(root, 'node_modules/of-a-copy'), 'utf8')).toBe('other');
});

it('does not build again for a spec', () => {
  put('libs/a/src/plan.spec.ts', '');
  expect(isBuilt(root)).toBe(true);
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
