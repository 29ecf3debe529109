/**
 * Tests of every package, and the end-to-end tests that need no server from outside.
 * Promises: specs run on the sources (`@waybill/*` is its `src`), so they need no build; e2e runs the built programs.
 */
import { defineConfig } from 'vitest/config';
import { forks, sources } from './vitest.shared.ts';

export default defineConfig({
  ...sources,
  test: {
    ...forks,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['libs/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.ts', 'tools/**/*.spec.ts'],
          // Those run against real servers: `npm run test:distributed`.
          exclude: ['**/*.servers.spec.ts'],
          // Specs mock no module and leave nothing behind: one process takes many, and imports what they share once.
          isolate: false,
          // Usually one core is left to whoever watches; on two that is half of them.
          maxWorkers: '100%',
          // Limits are for what hangs: a property or a whole PostgreSQL (PGlite) takes seconds on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/*.spec.ts'],
          // They start, kill and restart whole platforms, which leave much time unused: no test of them measures any.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'json-summary', 'html'],
      include: ['libs/*/src/**/*.{ts,tsx}', 'apps/*/src/**/*.{ts,tsx}'],
      exclude: [
        '**/*.spec.ts',
        '**/*.contract.ts', // suites are tests
        'libs/*/src/**/contract/**',
        '**/main.ts', // they only start a process; e2e runs them as one, where this process cannot count
      ],
      thresholds: { lines: 80, 'libs/workflow/src/**': { lines: 95 } },
    },
  },
});
