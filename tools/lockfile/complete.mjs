/**
 * Adds to package-lock.json the other platforms' packages that npm left out, because the registry it asked did not offer them.
 * Promises: without them `npm ci` refuses the lock file ("Missing: @swc/core-darwin-arm64@ from lock file"); with them it works
 * everywhere, and each machine still fetches its own platform alone. Run it after `npm install`: `node tools/lockfile/complete.mjs`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../workspaces.mjs';

/** @typedef {{ version?: string; dev?: boolean; optional?: boolean; os?: string[]; cpu?: string[]; libc?: string[]; optionalDependencies?: Record<string, string> }} Package */
/** @typedef {{ packages: Record<string, Package> }} Lock */
/** @typedef {{ path: string; name: string; version: string; parent: Package }} Missing */

/** @param {Lock} lock @returns {Missing[]} the optional packages that others ask for and the lock file does not have */
export function missingOptional({ packages }) {
  const missing = Object.entries(packages).flatMap(([from, parent]) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name]) => !searchPaths(from, name).some((path) => path in packages))
      .map(([name, version]) => ({ path: `node_modules/${name}`, name, version, parent })),
  );
  return [...new Map(missing.map((one) => [one.path, one])).values()];
}

/** @param {Lock} lock @returns {Lock} */
export function completed(lock) {
  const added = missingOptional(lock).map(({ path, name, version, parent }) => {
    const platform = platformOf(name);
    if (platform.os === undefined) throw new Error(`${name}: no platform in its name, so it cannot be added by hand`);
    return [path, { version, ...platform, ...(parent.dev ? { dev: true } : {}), optional: true }];
  });
  const packages = Object.fromEntries(
    Object.entries({ ...lock.packages, ...Object.fromEntries(added) }).toSorted(byPath),
  );
  return { ...lock, packages };
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'aix', 'netbsd', 'openbsd', 'sunos'];
const processors = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'loong64', 'mips64el'];

/** `@swc/core-linux-arm-gnueabihf` runs on `linux` with `arm`: npm skips what does not fit. @param {string} name @returns {{ cpu?: string[]; libc?: string[]; os?: string[] }} */
export function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  const libc = os === 'linux' && words.find((word) => /^(musl|gnu)(eabihf)?$/.test(word));
  return {
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(libc ? { libc: [libc.startsWith('musl') ? 'musl' : 'glibc'] } : {}),
    ...(os ? { os: [os] } : {}),
  };
}

/** Where Node would look for a package, from the innermost folder out. @param {string} from @param {string} name @returns {string[]} */
function searchPaths(from, name) {
  const folders = from.split('/node_modules/');
  const nested = folders.map(
    (_, index) => `${folders.slice(0, index + 1).join('/node_modules/')}/node_modules/${name}`,
  );
  return [`node_modules/${name}`, ...nested];
}

/** @param {[string, unknown]} left @param {[string, unknown]} right */
function byPath([left], [right]) {
  return left.localeCompare(right, 'en');
}

if (process.argv[1] === import.meta.filename) {
  const file = join(process.argv[2] ?? rootDir, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptional(lock);
  if (missing.length > 0) writeFileSync(file, `${JSON.stringify(completed(lock), null, 2)}\n`);
  console.log(`${missing.length} packages of other platforms added`);
}
