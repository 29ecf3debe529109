/** Specs run on the sources: every workspace package resolves to its `src/index.ts`. */
import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
const packages = ['libs', 'apps'].flatMap((kind) =>
  readdirSync(`${root}/${kind}`).map((name) => ({ name, index: `${root}/${kind}/${name}/src/index.ts` })),
);

export default defineConfig({
  resolve: {
    alias: Object.fromEntries(
      packages.filter(({ index }) => existsSync(index)).map(({ name, index }) => [`@waybill/${name}`, index]),
    ),
  },
  test: {
    include: ['libs/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.ts', 'tools/**/*.spec.ts'],
    pool: 'forks',
  },
});
