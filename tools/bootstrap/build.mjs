/**
 * Are the built files those of the sources, and if not: `tsc -b`.
 * Promise: when nothing changed the answer costs one walk over names, sizes and times, and no process.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, codeOf, failUnwritable } from './failure.mjs';
import { run } from './run.mjs';
import { writeStamp } from './stamp.mjs';

const stampFile = 'node_modules/.cache/waybill/build';

/** @param {string} root @returns {boolean} */
export function isBuilt(root) {
  if (workspaceDirs(root).some((dir) => !existsSync(join(dir, 'dist')))) return false;
  try {
    return readFileSync(join(root, stampFile), 'utf8') === fingerprint(root);
  } catch {
    return false;
  }
}

/** @param {string} root @param {(line: string) => void} say */
export async function build(root, say) {
  say('Building (tsc -b) ...');
  const started = Date.now();
  // Taken before the build: a file saved while the compiler runs makes the next start build again.
  const built = fingerprint(root);
  forgetLostOutput(root);
  const result = await run([process.execPath, join(root, 'node_modules/typescript/bin/tsc')], ['-b'], root);
  if (result.code !== 0) {
    const reason = /\b(EACCES|EROFS|EPERM)\b|permission denied|read-only file system/i.test(result.output)
      ? `The build could not write: make ${root} writable, or copy it elsewhere.`
      : "The build failed, the compiler's output is above.";
    throw new Failure(reason, { details: result.output });
  }
  try {
    mkdirSync(dirname(join(root, stampFile)), { recursive: true });
    writeStamp(join(root, stampFile), built);
  } catch (error) {
    failUnwritable(error, join(root, stampFile));
  }
  say(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

/**
 * What the build is made from, as one hash of names, sizes and times. Specs are left out: they are not built.
 * @param {string} root @returns {string}
 */
export function fingerprint(root) {
  const hash = createHash('sha256');
  /** @param {string} file */
  const add = (file) => {
    const found = statSync(file, { throwIfNoEntry: false }); // an editor may just be replacing it
    hash.update(`${file}\0${found?.size}\0${found?.mtimeMs}\n`);
  };
  for (const file of ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json']) add(join(root, file));
  for (const dir of workspaceDirs(root)) {
    add(join(dir, 'package.json'));
    add(join(dir, 'tsconfig.json'));
    walk(join(dir, 'src'), add);
  }
  return hash.digest('hex');
}

/** @param {string} folder @param {(file: string) => void} add */
function walk(folder, add) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path, add);
    else if (!/\.spec\.tsx?$/.test(entry.name)) add(path);
  }
}

/** @param {string} root @returns {string[]} */
function workspaceDirs(root) {
  return ['libs', 'apps'].flatMap((kind) =>
    listFolder(join(root, kind))
      .map((name) => join(root, kind, name))
      .filter((dir) => existsSync(join(dir, 'tsconfig.json')) && existsSync(join(dir, 'src'))),
  );
}

/** @param {string} folder */
function listFolder(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The compiler trusts its own record and does not look whether the output is still there. @param {string} root */
function forgetLostOutput(root) {
  for (const dir of workspaceDirs(root)) {
    if (!existsSync(join(dir, 'dist'))) rmSync(join(dir, 'tsconfig.tsbuildinfo'), { force: true });
  }
}
