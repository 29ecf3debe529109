/**
 * The packages of this repository and where the source behind each import name lies.
 * Promises: one truth for vitest, dependency-cruiser and the checks in tools/; reads package.json files only, needs no package.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ dir: string; name: string; manifest: Record<string, any> }} Workspace `dir` is relative to the root */

export const rootDir = join(import.meta.dirname, '..');

/** @param {string} root @returns {Workspace[]} */
export function listWorkspaces(root = rootDir) {
  return ['libs', 'apps'].flatMap((kind) =>
    (existsSync(join(root, kind)) ? readdirSync(join(root, kind)) : [])
      .map((folder) => `${kind}/${folder}`)
      .filter((dir) => existsSync(join(root, dir, 'package.json')))
      .toSorted()
      .map((dir) => {
        const manifest = JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8'));
        return { dir, name: manifest.name, manifest };
      }),
  );
}

/**
 * Import name (`@waybill/contracts`, `@waybill/messaging/contract`) to source file, for every entry whose source exists.
 * @param {string} root @returns {Record<string, string>}
 */
export function sourceEntries(root = rootDir) {
  /** @type {Record<string, string>} */
  const entries = {};
  for (const { dir, name, manifest } of listWorkspaces(root)) {
    for (const [key, target] of Object.entries(manifest.exports ?? {})) {
      const file = join(root, dir, sourceOf(typeof target === 'string' ? target : target.default));
      if (existsSync(file)) entries[name + key.slice(1)] = file;
    }
  }
  return entries;
}

/** @param {string} built `./dist/index.js` @returns {string} `src/index.ts` */
function sourceOf(built) {
  return built.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
}
