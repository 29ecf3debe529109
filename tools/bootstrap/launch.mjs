/**
 * Runs a target on the right Node.
 * Promises: on a Node that is new enough the target runs in this very process; otherwise it runs in one child that gets every
 * signal and whose exit code or signal becomes ours; both end with the npm that started them. What was compiled is kept for the next start once the target is up, however it ends.
 */
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from './failure.mjs';
import { leaveOutWebSocket } from './lean-http.mjs';
import { wanted } from './node-version.mjs';

/** @param {string} root @returns {string} the Node that package.json brings along */
export function bundledNode(root) {
  const node = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) return realpathSync(node);
  throw new Failure(
    `This is Node ${process.versions.node}, Waybill needs ${wanted}, and the one it brings along was not unpacked because install scripts are off: ` +
      'run "npm rebuild node --ignore-scripts=false", or use a newer Node.',
  );
}

/** @param {string} root @param {string} target @param {string[]} args */
export async function runHere(root, target, args) {
  const file = join(root, target);
  if (!existsSync(file)) throw new Failure(`${target} is not there: this command has nothing to run.`);
  hideKnownWarnings();
  leaveOutWebSocket();
  module.enableCompileCache?.(join(root, 'node_modules/.cache/waybill/compile'));
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
  module.flushCompileCache?.(); // Node writes it at a polite exit only
}

/** @param {string} node @param {string[]} args @param {NodeJS.ProcessEnv} env */
export function runThere(node, args, env) {
  const child = spawn(node, args, { stdio: 'inherit', env });
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // Ctrl-C in a terminal goes to the child as well; passed on, it would count as the second, impatient one.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, forward);
  child.on('error', (error) => {
    console.error(`waybill: cannot start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward);
    if (signal === null) process.exit(code ?? 1);
    process.kill(process.pid, signal);
  });
}

const parentLookMs = 250;

/**
 * npm passes a signal on to the shell it has started, which ends without a word to what it runs: whose parent is gone, for him it was the signal too.
 * Only under npm: who starts us otherwise may well leave us behind on purpose. @param {NodeJS.ProcessEnv} env
 */
export function stopWithNpm(env) {
  if (env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    process.kill(process.pid, 'SIGTERM');
  }, parentLookMs);
  look.unref();
}

/** node:sqlite and type stripping are chosen on purpose; every other warning is still told. */
function hideKnownWarnings() {
  const tellers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (isKnownWarning(warning)) return;
    for (const tell of tellers) tell(warning);
  });
}

/** @param {Error} warning */
export function isKnownWarning(warning) {
  return warning.name === 'ExperimentalWarning' && /SQLite|Type Stripping/i.test(warning.message);
}
