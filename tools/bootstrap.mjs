/**
 * `node tools/bootstrap.mjs <command> [args]`: makes the repository ready to run, then runs a command of it.
 * Promises: works right after a clone on any Node from 20 on, with nothing installed; says in one line each what it does and what
 * is wrong; when nothing is missing it costs a few milliseconds and no process.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAtLeast, oldest, wanted } from './bootstrap/node-version.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Set for the child: its parent has just made everything ready. */
const readyMark = 'WAYBILL_BOOTSTRAPPED';

if (isAtLeast(process.versions.node, oldest)) {
  await main(process.argv[2], process.argv.slice(3));
} else {
  console.error(`waybill: needs Node 20 or newer, this is ${process.versions.node}.`);
  process.exitCode = 1;
}

/** @param {string | undefined} name @param {string[]} args */
async function main(name, args) {
  const { findCommand, commandNames } = await import('./bootstrap/commands.mjs');
  const command = findCommand(name, args);
  if (command === undefined) {
    console.error(`waybill: usage: node tools/bootstrap.mjs ${commandNames.join('|')} [args]`);
    process.exitCode = 2;
    return;
  }
  try {
    const ready = process.env[readyMark] === '1';
    delete process.env[readyMark]; // not for the target's own children
    const { bundledNode, runHere, runThere, stopWithNpm } = await import('./bootstrap/launch.mjs');
    stopWithNpm(process.env); // before a minute of installing: npm may be told to end meanwhile
    if (!ready) await prepare(command.needsBuild);
    if (isAtLeast(process.versions.node, wanted)) return await runHere(root, command.target, command.args);
    runThere(bundledNode(root), [fileURLToPath(import.meta.url), String(name), ...args], {
      ...process.env,
      [readyMark]: '1',
    });
  } catch (error) {
    await explain(error);
  }
}

/** Looks without a lock, since mostly there is nothing to do; looks again with it, since another process may have done it by then. @param {boolean} needsBuild */
async function prepare(needsBuild) {
  const { isInstalled, install } = await import('./bootstrap/install.mjs');
  const { isBuilt, build } = await import('./bootstrap/build.mjs');
  const isReady = () => isInstalled(root) && (!needsBuild || isBuilt(root));
  if (isReady()) return;
  const { withLock } = await import('./bootstrap/lock.mjs');
  const say = (/** @type {string} */ line) => console.error(`waybill: ${line}`);
  await withLock(
    join(root, '.waybill-install.lock'),
    async () => {
      if (!isInstalled(root)) await install(root, say);
      if (needsBuild && !isBuilt(root)) await build(root, say);
    },
    { say },
  );
}

/** @param {unknown} error */
async function explain(error) {
  const { Failure } = await import('./bootstrap/failure.mjs');
  if (!(error instanceof Failure)) throw error;
  if (error.details) console.error(error.details.trimEnd());
  console.error(`waybill: ${error.message}`);
  process.exitCode = error.exitCode;
}
