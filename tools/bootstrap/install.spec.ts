/** When packages count as installed. The folders are made in the temporary directory; npm is never run. */
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isInstalled, isSatisfied, failureOf } from './install.mjs';

const packages = { '': {}, 'node_modules/zod': { version: '4.6.7' }, 'node_modules/@waybill/agents': { link: true } };
const installed = { 'node_modules/zod': { version: '4.6.7' }, 'node_modules/@waybill/agents': { link: true } };
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'waybill-install-'));
  mkdirSync(join(root, 'node_modules'));
  put('package-lock.json', { packages });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('is not installed after a clone', () => {
  rmSync(join(root, 'node_modules'), { recursive: true });
  expect(isInstalled(root)).toBe(false);
});

it('recognises an install that was made with npm by hand, and the next time by its stamp', () => {
  put('node_modules/.package-lock.json', { packages: installed });
  expect(isInstalled(root)).toBe(true);
  expect(isInstalled(root)).toBe(true);
});

it('leaves the stamp of a copy whose files are hard links as it is', () => {
  put('node_modules/.package-lock.json', { packages: installed });
  put('node_modules/of-a-copy', {});
  linkSync(join(root, 'node_modules/of-a-copy'), join(root, 'node_modules/.waybill-install'));
  expect(isInstalled(root)).toBe(true);
  expect(readFileSync(join(root, 'node_modules/of-a-copy'), 'utf8')).toBe('{}');
  expect(readFileSync(join(root, 'node_modules/.waybill-install'), 'utf8')).not.toBe('{}');
});

it('is stale when a pull changed a version', () => {
  put('node_modules/.package-lock.json', { packages: installed });
  expect(isInstalled(root)).toBe(true);
  put('package-lock.json', { packages: { ...packages, 'node_modules/zod': { version: '5.0.0' } } });
  expect(isInstalled(root)).toBe(false);
});

it('is stale when npm removed a package after the stamp', () => {
  put('node_modules/.package-lock.json', { packages: installed });
  expect(isInstalled(root)).toBe(true);
  put('node_modules/.package-lock.json', { packages: {} });
  utimesSync(join(root, 'node_modules/.package-lock.json'), 1, 1);
  expect(isInstalled(root)).toBe(false);
});

it('is stale when an install was cut off while npm wrote its record', () => {
  writeFileSync(join(root, 'node_modules/.package-lock.json'), '{"packages": {');
  expect(isInstalled(root)).toBe(false);
});

it('misses no optional package of another platform, but every other', () => {
  expect(isSatisfied({ 'node_modules/x-darwin': { version: '1.0.0', optional: true } }, {})).toBe(true);
  expect(isSatisfied({ 'node_modules/x': { version: '1.0.0' } }, {})).toBe(false);
  expect(isSatisfied({ 'node_modules/@waybill/new': { link: true } }, {})).toBe(false);
});

it.each([
  ['npm error code ENOTFOUND', /could not reach its registry/],
  ['npm error code EAI_AGAIN', /could not reach its registry/],
  ['npm error code EACCES', /make .* writable/],
  ['npm error code ENOSPC', /disk full/],
  ['`npm ci` can only install packages when your package.json and package-lock.json', /disagree/],
  ['npm error something else', /output is above/],
])('says in one line what to do about: %s', (output, advice) => {
  const { message, details } = failureOf(output, root);
  expect(message).toMatch(advice);
  expect(message).not.toContain('\n');
  expect(details).toBe(message.includes('above') ? output : '');
});

it('says where npm says more', () => {
  const output =
    'npm error code ENOSPC\nnpm error A complete log of this run can be found in: /home/me/.npm/_logs/now.log\n';
  expect(failureOf(output, root).message).toMatch(/needed\. npm says more in \/home\/me\/\.npm\/_logs\/now\.log$/);
});

function put(path: string, json: object): void {
  writeFileSync(join(root, path), JSON.stringify(json));
}
