/** What every run of tests needs: `@waybill/*` is its `src`, so specs need no build. */
import type { ViteUserConfig } from 'vitest/config';
import { sourceEntries } from './tools/workspaces.mjs';

const exact = (name: string) => new RegExp(`^${name}$`);

export const sources: ViteUserConfig = {
  resolve: {
    alias: Object.entries(sourceEntries()).map(([name, replacement]) => ({ find: exact(name), replacement })),
  },
  // Specs with Nest handlers; packages leave specs out of their own compilation.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
};

/** node:sqlite is chosen on purpose; its warning would stand in the report of every file. */
export const forks = { pool: 'forks' as const, execArgv: ['--disable-warning=ExperimentalWarning'] };
