/**
 * dependency-cruiser's configuration for a tree that is laid out as this one.
 * Promises: `@waybill/*` resolves to the sources, so an edge or a cycle is seen before anything is built.
 */
import { relative } from 'node:path';
import { sourceEntries } from '../workspaces.mjs';
import { boundaryRules } from './rules.mjs';

/** @param {string} root */
export function boundariesConfig(root) {
  return {
    forbidden: boundaryRules(Object.values(sourceEntries(root)).map((file) => relative(root, file))),
    options: {
      // With TypeScript 7 every other parser passes over TypeScript files and reports success.
      parser: 'swc',
      // Not `exclude`, which would hide the edge as well: an import of another package's dist has to be seen.
      doNotFollow: { path: ['node_modules', '^(libs|apps)/[^/]+/dist/'] },
      combinedDependencies: true,
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: ['import', 'node', 'default', 'types'],
        extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
      },
    },
  };
}

/** enhanced-resolve's `alias`: `$` matches the whole name, so that no deep import slips through. @param {string} root */
export function boundariesResolve(root) {
  return { alias: Object.fromEntries(Object.entries(sourceEntries(root)).map(([name, file]) => [`${name}$`, file])) };
}
