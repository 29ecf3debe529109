/**
 * The stages of `npm run verify` and how nx's record of a run becomes a verdict on each of them.
 * Promise: a stage has passed only if every task it stands for was run, or taken from the cache, and ended with 0.
 */

/** @typedef {{ taskId: string; target: string; status: number; cacheStatus: string; hash: string; startTime: string; endTime: string }} Task */
/** @typedef {{ name: string; target: string; tasks: string[] }} Stage `tasks` are nx's ids */
/** @typedef {{ name: string; passed: boolean; cached: boolean; seconds: number; failed: Task[]; missing: string[] }} Verdict */

/**
 * In the order in which they are told. Types come first in time: they build the declarations that type-aware lint reads.
 * @param {string} root the root package's name @param {string[]} packages @returns {Stage[]}
 */
export const stagesOf = (root, packages) => [
  { name: 'format', target: 'format', tasks: [`${root}:format`] },
  { name: 'lint', target: 'lint', tasks: [`${root}:lint`] },
  { name: 'types', target: 'types', tasks: [`${root}:types`] },
  { name: 'boundaries', target: 'boundaries', tasks: [`${root}:boundaries`] },
  { name: 'dead code', target: 'dead-code', tasks: [`${root}:dead-code`] },
  { name: 'build', target: 'build', tasks: packages.map((name) => `${name}:build`) },
];

/** @param {Stage} stage @param {Task[]} ran @returns {Verdict} */
export function judge(stage, ran) {
  const mine = ran.filter(({ taskId }) => stage.tasks.includes(taskId));
  const missing = stage.tasks.filter((id) => !mine.some(({ taskId }) => taskId === id));
  const failed = mine.filter(({ status }) => status !== 0);
  return {
    name: stage.name,
    passed: failed.length === 0 && missing.length === 0,
    cached: missing.length === 0 && mine.every(({ cacheStatus }) => cacheStatus !== 'cache-miss'),
    seconds: spanOf(mine),
    failed,
    missing,
  };
}

/** @param {Verdict} verdict @returns {string} one line, as `lint        ok      1.3 s` */
export function lineOf({ name, passed, cached, seconds, missing, failed }) {
  const reason = failed.length === 0 && missing.length > 0 ? `  not run: ${missing.join(', ')}` : '';
  const time = cached && passed ? 'cached' : `${seconds.toFixed(1)} s`;
  return `${name.padEnd(12)}${passed ? 'ok' : 'FAILED'}${' '.repeat(passed ? 6 : 2)}${time}${reason}`;
}

/** From the first start to the last end. @param {Task[]} tasks @returns {number} seconds */
function spanOf(tasks) {
  if (tasks.length === 0) return 0;
  const start = Math.min(...tasks.map(({ startTime }) => Date.parse(startTime)));
  const end = Math.max(...tasks.map(({ endTime }) => Date.parse(endTime)));
  return (end - start) / 1000;
}
