/**
 * `npm run verify`: format, lint, types, boundaries, dead code, build. One line each; what a failed stage printed comes first.
 * Promises: every stage is run, also after a failure; nx keeps their results, so a second run with nothing changed costs seconds.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../bootstrap/run.mjs';
import { listWorkspaces, rootDir } from '../workspaces.mjs';
import { judge, lineOf, stagesOf } from './stages.mjs';

/** @typedef {import('./stages.mjs').Task} Task */

const cache = join(rootDir, '.nx/cache');
const started = Date.now();
// No daemon, cloud, screen drawing or question: this also runs as root, without a terminal, in CI.
const quiet = {
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  NX_TUI: 'false',
  NX_INTERACTIVE: 'false',
  NX_CACHE_DIRECTORY: cache,
};
Object.assign(process.env, quiet, { FORCE_COLOR: '0', npm_config_loglevel: 'error' });

const stages = stagesOf(
  'waybill',
  listWorkspaces()
    .filter(({ manifest }) => manifest.scripts?.build !== undefined)
    .map(({ name }) => name),
);
const first = await nx(['types']);
const rest = await nx(stages.map(({ target }) => target).filter((target) => target !== 'types'));
const verdicts = stages.map((stage) => judge(stage, [...first, ...rest]));
for (const { name, failed } of verdicts) for (const task of failed) explain(name, task);
for (const verdict of verdicts) console.log(lineOf(verdict));

const failures = verdicts.filter(({ passed }) => !passed).length;
const seconds = ((Date.now() - started) / 1000).toFixed(1);
console.log(
  failures === 0 ? `verify ok in ${seconds} s` : `verify FAILED: ${failures} of ${stages.length} stages, ${seconds} s`,
);
process.exitCode = failures === 0 ? 0 : 1;

/** @param {string[]} targets @returns {Promise<Task[]>} what nx recorded of this run */
async function nx(targets) {
  const begun = Date.now();
  const args = ['run-many', '-t', ...targets, '--nxBail=false', '--outputStyle=static'];
  const { output } = await run([process.execPath, join(rootDir, 'node_modules/nx/dist/bin/nx.js')], args, rootDir);
  const record = join(cache, 'run.json');
  const recorded = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : undefined;
  if (recorded !== undefined && Date.parse(recorded.run.startTime) >= begun) return recorded.tasks;
  console.error(output); // nx itself failed: its stages come out as not run
  return [];
}

/** @param {string} stage @param {Task} task */
function explain(stage, { taskId, hash }) {
  const file = join(cache, 'terminalOutputs', hash);
  const output = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'it left no output';
  console.log(`--- ${stage}: ${taskId}\n${output}\n`);
}
