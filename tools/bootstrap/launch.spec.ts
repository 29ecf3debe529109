/** Which Node runs a target, and which warnings it hides. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { bundledNode, isKnownWarning } from './launch.mjs';

const warning = (name: string, message: string) => Object.assign(new Error(message), { name });

it('hides the two experiments that are chosen on purpose', () => {
  expect(isKnownWarning(warning('ExperimentalWarning', 'SQLite is an experimental feature'))).toBe(true);
  expect(isKnownWarning(warning('ExperimentalWarning', 'Type Stripping is an experimental feature'))).toBe(true);
});

it('tells every other warning', () => {
  expect(isKnownWarning(warning('ExperimentalWarning', 'The Foo API is experimental'))).toBe(false);
  expect(isKnownWarning(warning('DeprecationWarning', 'SQLite'))).toBe(false);
  expect(isKnownWarning(warning('MaxListenersExceededWarning', 'leak'))).toBe(false);
});

it('says how to mend an install whose Node was not unpacked', () => {
  expect(() => bundledNode(scratchRoot())).toThrow(/npm rebuild node --ignore-scripts=false/);
});

it('keeps what was compiled when the target is killed after its start', async () => {
  const root = scratchRoot();
  writeFileSync(join(root, 'part.mjs'), 'export const up = () => setInterval(() => console.log("up"), 1);');
  writeFileSync(join(root, 'main.mjs'), 'import { up } from "./part.mjs"; up();');
  const launch = pathToFileURL(join(import.meta.dirname, 'launch.mjs')).href;
  const run = `const { runHere } = await import(${JSON.stringify(launch)}); await runHere(${JSON.stringify(root)}, 'main.mjs', []);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', run], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Set by the test runner while it measures coverage.
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: undefined, NODE_V8_COVERAGE: undefined },
  });
  await once(child.stdout, 'data'); // a timer: the start is over
  child.kill('SIGKILL');
  await once(child, 'exit');
  const [version] = readdirSync(join(root, 'node_modules/.cache/waybill/compile'));
  const kept = readdirSync(join(root, 'node_modules/.cache/waybill/compile', version!));
  expect(kept.length).toBeGreaterThanOrEqual(2);
});

it.each([
  ['ends with the npm that has started it', { npm_lifecycle_event: 'start' }, 'up stopped'],
  ['outlives anybody else who has started it', { npm_lifecycle_event: undefined }, 'up told'],
])('%s', async (_what, env, said) => {
  const launch = pathToFileURL(join(import.meta.dirname, 'launch.mjs')).href;
  const left = `const { stopWithNpm } = await import(${JSON.stringify(launch)});
    stopWithNpm(process.env);
    process.on('SIGTERM', () => (console.log(' stopped'), process.exit()));
    const parent = process.ppid;
    process.stdout.write('up');
    const wait = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(wait);
      setTimeout(() => (console.log(' told'), process.exit()), 1_000);
    }, 10);`;
  const parent = `require('node:child_process').spawn(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(left)}], { stdio: 'inherit' });`;
  const child = spawn(process.execPath, ['--eval', parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
    if (output === 'up') child.kill('SIGKILL');
  });
  await once(child.stdout, 'end');
  expect(output.trim()).toBe(said);
});

function scratchRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'waybill-launch-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return root;
}
