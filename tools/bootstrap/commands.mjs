/**
 * What each command runs, and what must be ready before it.
 * Promise: arguments reach the target as they were given.
 */

/** @typedef {{ target: string; before?: string[]; needsBuild: boolean }} Command `target` is relative to the root */

/** @type {Record<string, Command>} */
const commands = {
  start: { target: 'apps/platform/dist/main.js', needsBuild: true },
  'start:gateway': { target: 'apps/gateway/dist/main.js', needsBuild: true },
  'start:orchestrator': { target: 'apps/orchestrator/dist/main.js', needsBuild: true },
  'start:agent-node': { target: 'apps/agent-node/dist/main.js', needsBuild: true },
  'start:rag-indexer': { target: 'apps/rag-indexer/dist/main.js', needsBuild: true },
  stack: { target: 'tools/stack/main.mjs', needsBuild: false },
  waybill: { target: 'apps/platform/dist/cli.js', needsBuild: true },
  sim: { target: 'libs/testing/dist/sim/main.js', needsBuild: true },
  // TypeScript that Node runs as it is: bench files are measured, not shipped.
  bench: { target: 'bench/main.ts', needsBuild: true },
  // The end-to-end tests start the built programs.
  test: { target: 'node_modules/vitest/vitest.mjs', before: ['run'], needsBuild: true },
  // Against real servers, which it starts itself when they are down.
  'test:distributed': { target: 'tools/distributed/main.mjs', needsBuild: true },
  verify: { target: 'tools/verify/main.mjs', needsBuild: false },
  format: {
    target: 'node_modules/prettier/bin/prettier.cjs',
    before: ['--write', '--log-level', 'warn', '.'],
    needsBuild: false,
  },
};

export const commandNames = Object.keys(commands);

/** @param {string | undefined} name @param {string[]} args @returns {(Command & { args: string[] }) | undefined} */
export function findCommand(name, args) {
  const command = Object.hasOwn(commands, name ?? '') ? commands[name ?? ''] : undefined;
  if (command === undefined) return undefined;
  const coverage = name === 'test' && !isPartial(args) ? ['--coverage'] : [];
  return { ...command, args: [...(command.before ?? []), ...coverage, ...args] };
}

/** A run of some of the tests cannot reach the thresholds of all of them. @param {string[]} args */
function isPartial(args) {
  return args.some(
    (arg) =>
      !arg.startsWith('-') || /^(-t|--testNamePattern|--project|--changed|--coverage|--no-coverage)(=|$)/.test(arg),
  );
}
