/** Tests against real servers (`npm run stack -- up`): the adapters' contract suites, and the whole platform in several processes. */
import { defineConfig } from 'vitest/config';
import { forks, sources } from './vitest.shared.ts';

export default defineConfig({
  ...sources,
  test: {
    ...forks,
    include: ['libs/*/src/**/*.servers.spec.ts', 'apps/*/src/**/*.servers.spec.ts', 'e2e/distributed/**/*.spec.ts'],
    // They share two cores with the servers.
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
