/** The last line of `.ci/run` may only say that nothing failed when tests ran and nothing failed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { countTests } from './count-tests.mjs';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});
const report = (numPassedTests: number, numFailedTests = 0, ...testResults: ReturnType<typeof file>[]) =>
  JSON.stringify({ numPassedTests, numFailedTests, testResults });

it('counts every test of a run', () => {
  expect(countTests(report(10), 0)).toEqual({ passed: 10, failed: 0 });
  expect(countTests(report(10, 2, file('failed', 'passed', 'failed')), 1)).toEqual({ passed: 10, failed: 2 });
});

it('counts files that could not be loaded', () => {
  expect(countTests(report(10, 0, file('failed'), file('failed', 'passed')), 1)).toEqual({ passed: 10, failed: 2 });
});

it('counts as one failure what ends badly without a failed test, such as coverage that is too low', () => {
  expect(countTests(report(10), 1)).toEqual({ passed: 10, failed: 1 });
  expect(countTests(report(10), 124)).toEqual({ passed: 10, failed: 1 });
});

it.each([
  ['without a report', ''],
  ['with half a report', report(10).slice(0, 20)],
  ['with something else than a report', 'null'],
  ['of no test at all', report(0)],
])('counts as one failure a run %s, although it says that all is well', (_, text) => {
  expect(countTests(text, 0)).toEqual({ passed: 0, failed: 1 });
});

it('is told to the shell as two numbers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'report.json'), report(3, 1));
  const script = join(import.meta.dirname, 'count-tests.mjs');
  const { stdout } = spawnSync(process.execPath, [script, join(folder, 'report.json'), '1'], { encoding: 'utf8' });
  expect(stdout).toBe('3 1\n');
});
