/** Tests against real servers (`npm run stack -- up`): the adapters' contract suites, and the whole platform in several processes. */
import { defineConfig } from 'vitest/config';
import { sourceEntries } from './tools/workspaces.mjs';

const exact = (name: string) => new RegExp(`^${name}$`);

export default defineConfig({
  resolve: {
    alias: Object.entries(sourceEntries()).map(([name, replacement]) => ({ find: exact(name), replacement })),
  },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    pool: 'forks',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    include: ['libs/*/src/**/*.servers.spec.ts', 'apps/*/src/**/*.servers.spec.ts', 'e2e/distributed/**/*.spec.ts'],
    // They share two cores with the servers.
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
