/**
 * The rules of who may import whom bite: a throw-away tree breaks each of them once, and every break is found.
 * Promises: a rule that stops matching (a moved folder, an upgrade, a parser that sees nothing) fails here by name.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkBoundaries, type Checked } from './check.mjs';
import { boundariesConfig } from './config.mjs';
import { listWorkspaces, rootDir } from '../workspaces.mjs';
import manifest from '../../package.json' with { type: 'json' };

/** [rule, file, what it imports]: the edge must be reported under this rule. */
const forbidden: [rule: string, from: string, imports: string][] = [
  ['contracts-imports', 'libs/contracts/src/a.ts', '@waybill/telemetry'],
  ['contracts-packages', 'libs/contracts/src/b.ts', 'fastify'],
  ['contracts-no-node', 'libs/contracts/src/c.ts', 'node:crypto'],
  ['workflow-imports', 'libs/workflow/src/a.ts', '@waybill/messaging'],
  ['workflow-packages', 'libs/workflow/src/b.ts', 'zod'],
  ['workflow-no-node', 'libs/workflow/src/c.ts', 'node:sqlite'],
  ['workflow-spec-imports', 'libs/workflow/src/a.spec.ts', '@waybill/storage'],
  ['messaging-imports', 'libs/messaging/src/a.ts', '@waybill/storage'],
  ['storage-imports', 'libs/storage/src/a.ts', '@waybill/models'],
  ['models-imports', 'libs/models/src/a.ts', '@waybill/messaging'],
  ['agents-imports', 'libs/agents/src/a.ts', '@waybill/workflow'],
  ['knowledge-imports', 'libs/knowledge/src/a.ts', '@waybill/agents'],
  ['telemetry-imports', 'libs/telemetry/src/a.ts', '@waybill/contracts'],
  ['client-imports', 'libs/client/src/a.ts', '@waybill/storage'],
  ['service-imports', 'libs/service/src/a.ts', '@waybill/storage'],
  ['testing-imports', 'libs/testing/src/a.ts', '@waybill/gateway'],
  ['testing-imports', 'libs/testing/src/b.ts', '../../../apps/orchestrator/src/adapters/http/a.ts'],
  ['every-lib-is-listed', 'libs/novel/src/a.ts', '@waybill/contracts'],
  ['service-domain', 'apps/orchestrator/src/domain/a.ts', '../use-cases/plain.ts'],
  ['service-domain-plain', 'apps/orchestrator/src/domain/b.ts', 'node:fs'],
  ['service-ports', 'apps/orchestrator/src/ports/a.ts', '@waybill/storage'],
  ['service-ports-plain', 'apps/orchestrator/src/ports/b.ts', 'typeorm'],
  ['service-use-cases', 'apps/orchestrator/src/use-cases/a.ts', '../adapters/http/a.ts'],
  ['service-use-cases', 'apps/orchestrator/src/use-cases/b.ts', '@waybill/telemetry'],
  ['service-use-cases', 'apps/orchestrator/src/plans/use-cases/c.ts', '../../adapters/http/a.ts'],
  ['service-use-cases-plain', 'apps/orchestrator/src/use-cases/d.ts', 'rxjs'],
  ['service-adapters', 'apps/orchestrator/src/adapters/http/b.ts', '../../app.module.ts'],
  ['service-config', 'apps/orchestrator/src/config.ts', '@waybill/storage'],
  ['service-wiring', 'apps/orchestrator/src/use-cases/e.ts', '../app.module.ts'],
  ['no-app-imports-app', 'apps/gateway/src/adapters/http/c.ts', '@waybill/orchestrator'],
  ['no-app-imports-testing', 'apps/platform/src/a.ts', '@waybill/testing'],
  ['packages-through-their-entry', 'libs/client/src/b.ts', '../../contracts/src/plain.ts'],
  ['packages-through-their-entry', 'libs/agents/src/d.ts', '../../contracts/dist/index.js'],
  ['packages-through-their-entry', 'apps/platform/src/b.ts', '../../gateway/src/adapters/http/a.ts'],
  ['telemetry-owns-opentelemetry', 'libs/messaging/src/b.ts', '@opentelemetry/api'],
  ['telemetry-owns-opentelemetry', 'apps/gateway/src/adapters/http/d.ts', 'prom-client'],
  ['suites-stay-out-of-the-product', 'libs/messaging/src/index.ts', './log.contract.ts'],
  ['suites-stay-out-of-the-product', 'libs/storage/src/d.ts', './contract/plan-store.ts'],
  ['no-dev-package-in-the-product', 'libs/agents/src/b.ts', 'vitest'],
  ['not-to-unresolvable', 'libs/agents/src/c.ts', '@waybill/contracts/deep.ts'],
  ['no-circular', 'libs/knowledge/src/left.ts', './right.ts'],
];

/** What the table lists: none of these edges may be reported. */
const allowed: [from: string, imports: string][] = [
  ['libs/contracts/src/plain.ts', 'zod'],
  ['libs/workflow/src/plain.ts', '@marcbachmann/cel-js'],
  ['libs/workflow/src/d.ts', '@waybill/contracts'],
  ['libs/workflow/src/b.spec.ts', '@waybill/testing'],
  ['libs/storage/src/b.ts', '@waybill/messaging'],
  ['libs/storage/src/c.ts', 'node:sqlite'],
  ['libs/storage/src/store.contract.ts', 'vitest'],
  ['libs/messaging/src/log.contract.ts', '@waybill/messaging/extra'],
  ['libs/storage/src/contract/plan-store.ts', 'vitest'],
  ['libs/testing/src/c.ts', '@waybill/orchestrator'],
  ['libs/testing/src/d.ts', 'vitest'],
  ['libs/telemetry/src/b.ts', '@opentelemetry/api'],
  ['apps/orchestrator/src/use-cases/plain.ts', '../ports/plain.ts'],
  ['apps/orchestrator/src/use-cases/f.ts', '@waybill/storage'],
  ['apps/orchestrator/src/plans/use-cases/g.ts', '../domain/plain.ts'],
  ['apps/orchestrator/src/plans/domain/plain.ts', '@waybill/workflow'],
  ['apps/orchestrator/src/ports/plain.ts', '@waybill/contracts'],
  ['apps/orchestrator/src/adapters/http/a.ts', '../../use-cases/plain.ts'],
  ['apps/orchestrator/src/adapters/http/e.ts', '../../config.ts'],
  ['apps/orchestrator/src/app.module.ts', './adapters/http/a.ts'],
  ['apps/gateway/src/adapters/http/a.ts', '@nestjs/common'],
  ['apps/platform/src/c.ts', '@waybill/gateway'],
];

let tree = '';
let checked: Checked;

beforeAll(async () => {
  tree = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-boundaries-')));
  symlinkSync(join(rootDir, 'node_modules'), join(tree, 'node_modules'));
  put(
    'package.json',
    JSON.stringify({ dependencies: manifest.dependencies, devDependencies: manifest.devDependencies }),
  );
  for (const { dir, name } of [...listWorkspaces(), { dir: 'libs/novel', name: '@waybill/novel' }]) {
    const exports = { '.': './dist/index.js', './extra': './dist/extra.js' };
    put(`${dir}/package.json`, JSON.stringify({ name, exports }));
    put(`${dir}/src/index.ts`, 'export {};');
    put(`${dir}/dist/index.js`, 'export {};');
    put(`${dir}/src/extra.ts`, 'export {};');
  }
  // Both kinds of import: a type import counts like any other.
  forbidden.forEach(([, from, imports], index) =>
    put(from, `import ${index % 2 ? 'type ' : ''}* as x from '${imports}';`),
  );
  for (const [from, imports] of allowed) put(from, `import type * as x from '${imports}';`);
  put('libs/knowledge/src/right.ts', "import type * as x from './left.ts';");
  checked = await checkBoundaries(tree);
}, 60_000);

afterAll(() => rmSync(tree, { recursive: true, force: true }));

it.each(forbidden)('%s: %s may not import %s', (rule, from) => {
  expect(checked.violations.filter((found) => found.from === from).map((found) => found.rule)).toContain(rule);
});

it.each(allowed)('%s may import %s', (from) => {
  expect(checked.violations.filter((found) => found.from === from)).toEqual([]);
});

it('shows every rule a break', () => {
  const rules = boundariesConfig(tree).forbidden.map(({ name }) => name);
  const shown = new Set(forbidden.map(([rule]) => rule));
  // A spec's rule is made by the same line for every lib: one is enough.
  expect(rules.filter((rule) => !shown.has(rule) && !rule.endsWith('-spec-imports'))).toEqual([]);
});

it('has looked at every module', () => {
  expect(checked.unseen).toEqual([]);
  expect(checked.dependencies).toBeGreaterThanOrEqual(forbidden.length + allowed.length);
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), `${text}\n`);
}
