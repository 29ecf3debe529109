/**
 * Are the installed packages those of package-lock.json, and if not: `npm ci`.
 * Promises: the usual case costs one hash of one file; an install made by hand with npm is recognised and not repeated;
 * a failure of npm's is one line that says what to do, and where npm says more; its output is shown only where we do not know either.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, failUnwritable } from './failure.mjs';
import { run } from './run.mjs';
import { writeStamp } from './stamp.mjs';

/** @typedef {Record<string, { version?: string; link?: boolean; optional?: boolean; devOptional?: boolean }>} Packages */

/** @param {string} root */
const files = (root) => ({
  lock: join(root, 'package-lock.json'),
  installed: join(root, 'node_modules/.package-lock.json'),
  stamp: join(root, 'node_modules/.waybill-install'),
});

/** @param {string} root @returns {boolean} */
export function isInstalled(root) {
  const { lock, installed, stamp } = files(root);
  if (!existsSync(installed)) return false;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(root)) return true;
  if (!isSatisfied(readPackages(lock), readPackages(installed))) return false;
  stampInstall(root);
  return true;
}

/**
 * Whether npm's record of what it installed has all that the lock file asks for. Optional packages may be missing: they are other platforms'.
 * @param {Packages} asked @param {Packages} installed
 */
export function isSatisfied(asked, installed) {
  return Object.entries(asked).every(([path, wish]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return wish.optional === true || wish.devOptional === true;
    return found.version === wish.version && found.link === wish.link;
  });
}

/** @param {string} root @param {(line: string) => void} say */
export async function install(root, say) {
  if (!existsSync(files(root).lock)) throw new Failure(`${files(root).lock} is missing: clone the repository again.`);
  say(
    existsSync(join(root, 'node_modules'))
      ? 'Updating packages (npm ci) ...'
      : 'Installing packages (npm ci), about a minute the first time ...',
  );
  const started = Date.now();
  // With NODE_ENV=production npm would leave out the compiler.
  const result = await run(npmCommand(), ['ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'], root);
  if (result.missing)
    throw new Failure('npm is not installed or not on the PATH: install Node with npm, then try again.');
  if (result.code !== 0) throw failureOf(result.output, root);
  stampInstall(root);
  say(`Installed packages in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** @param {string} output what npm printed @param {string} root @returns {Failure} one line: what went wrong and how to mend it */
export function failureOf(output, root) {
  const advice = npmAdvice(output, root);
  if (advice === unknown) return new Failure(advice, { details: theGist(output) });
  const log = /A complete log of this run can be found in:\s*(\S.*)/.exec(output)?.[1];
  return new Failure(log === undefined ? advice : `${advice} npm says more in ${log.trim()}`);
}

const unknown = 'npm ci failed, its output is above.';

/** @param {string} output @param {string} root */
function npmAdvice(output, root) {
  if (/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/.test(output)) {
    return 'npm ci could not reach its registry: check the network or the proxy, then try again.';
  }
  if (/\b(EACCES|EROFS|EPERM)\b/.test(output))
    return `npm ci could not write: make ${root} writable, or copy it elsewhere.`;
  if (/\bENOSPC\b/.test(output)) return 'npm ci found the disk full: about 700 MB are needed.';
  if (/can only install packages when your package\.json and package-lock\.json/.test(output)) {
    return 'package.json and package-lock.json disagree: run npm install, and commit both.';
  }
  return unknown;
}

/** After its reason npm prints its own manual: the first lines are enough, and the path of its log. @param {string} output */
function theGist(output) {
  const lines = output.trim().split('\n');
  const shown = lines.slice(0, 20);
  if (lines.length > shown.length)
    shown.push(
      `... ${lines.length - shown.length} more lines`,
      ...lines.filter((line) => line.includes('A complete log')),
    );
  return shown.join('\n');
}

/** @returns {[string, ...string[]]} the npm that started us, or the one on the PATH */
function npmCommand() {
  const started = process.env.npm_execpath;
  return started !== undefined && /npm-cli\.[cm]?js$/.test(started) && existsSync(started)
    ? [process.execPath, started]
    : ['npm'];
}

/** @param {string} path @returns {Packages} */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  } catch {
    return { unreadable: { version: path } }; // satisfies nothing and is satisfied by nothing
  }
}

/** The lock file's text, and when npm last wrote its record: a later `npm install` or `npm prune` by hand is noticed. @param {string} root */
function stampOf(root) {
  const { lock, installed } = files(root);
  const text = createHash('sha256').update(readFileSync(lock)).digest('hex');
  return `${text} ${statSync(installed).mtimeMs}`;
}

/** @param {string} root */
function stampInstall(root) {
  try {
    writeStamp(files(root).stamp, stampOf(root));
  } catch (error) {
    // A read-only folder that is complete is fine: the long comparison is made again next time.
    if (!existsSync(files(root).installed)) failUnwritable(error, root);
  }
}
