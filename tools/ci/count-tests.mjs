/**
 * What a run of vitest counts for in the last line of `.ci/run`: `node tools/ci/count-tests.mjs <report> <exit code>` prints `<passed> <failed>`.
 * Promise: a run counts as failed at least once unless it ended with 0 and its report says that tests passed and none failed. So coverage that is too low,
 * a broken build, a file that could not be loaded, no report, half a report and a run of no test at all are each seen.
 */
import { readFileSync } from 'node:fs';

/** @typedef {{ status: string; assertionResults: { status: string }[] }} TestFile */
/** @typedef {{ numPassedTests?: number; numFailedTests?: number; testResults?: TestFile[] }} Report as vitest writes it */

/** @param {string} text of the report @param {number} exitCode @returns {{ passed: number; failed: number }} */
export function countTests(text, exitCode) {
  const { numPassedTests: passed = 0, numFailedTests = 0, testResults = [] } = reportOf(text);
  const failed = numFailedTests + testResults.filter(isBroken).length;
  return { passed, failed: failed === 0 && (exitCode !== 0 || passed === 0) ? 1 : failed };
}

/** @param {string} text @returns {Report} */
function reportOf(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** A file that could not even be loaded has no failed test to count. @param {TestFile} file */
const isBroken = ({ status, assertionResults }) =>
  status === 'failed' && !assertionResults.some((test) => test.status === 'failed');

if (process.argv[1] === import.meta.filename) {
  const [, , report = '', exitCode] = process.argv;
  const { passed, failed } = countTests(readFileSync(report, 'utf8'), Number(exitCode));
  console.log(passed, failed);
}
