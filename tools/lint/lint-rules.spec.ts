/**
 * Every rule of STYLE section 5 bites: each is shown a file that breaks it, in a throw-away tree under the real configuration.
 * Promises: a rule that is lost in an upgrade of oxlint, or switched off by an override by mistake, fails here by name.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const core = 'libs/workflow/src';
const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join('\n');
const branches = lines(11, (n) => `  if (n === ${n}) return ${n};`);

/** [rule, file, text]: the file's text must be reported under exactly this rule. */
const broken: [rule: string, path: string, text: string][] = [
  [
    'typescript(no-floating-promises)',
    'libs/agents/src/a.ts',
    'async function go() {}\nexport const run = () => { go(); };',
  ],
  [
    'typescript(switch-exhaustiveness-check)',
    'libs/agents/src/b.ts',
    "export function f(kind: 'a' | 'b'): void { switch (kind) { case 'a': f('b'); } }",
  ],
  [
    'typescript(switch-exhaustiveness-check)',
    'libs/agents/src/b-default.ts',
    "export function f(kind: 'a' | 'b'): void { switch (kind) { case 'a': f('b'); break; default: f('a'); } }",
  ],
  [
    'typescript(consistent-type-imports)',
    'libs/agents/src/c.ts',
    "import { T } from './t.ts';\nexport const x: T = 1;",
  ],
  ['eslint(max-lines)', 'libs/agents/src/d.ts', lines(251, (n) => (n % 2 ? '' : `// ${n}`))],
  ['eslint(complexity)', 'libs/agents/src/e.ts', `export function f(n: number): number {\n${branches}\n  return 0;\n}`],
  [
    'eslint(max-depth)',
    'libs/agents/src/f.ts',
    'export function f(n: number) { if (n) { if (n > 1) { if (n > 2) { if (n > 3) { f(1); } } } } }',
  ],
  ['eslint(max-params)', 'libs/agents/src/g.ts', 'export const f = (a: 1, b: 2, c: 3, d: 4, e: 5) => [a, b, c, d, e];'],
  ['import(no-default-export)', 'libs/agents/src/h.ts', 'const h = 1;\nexport default h;'],
  ['waybill(no-export-all)', 'libs/agents/src/i.ts', "export * from './t.ts';"],
  ['waybill(no-export-all)', 'libs/agents/src/i-as.ts', "export * as t from './t.ts';"],
  ['typescript(no-explicit-any)', 'libs/agents/src/j.ts', 'export const j = (x: any) => String(x);'],
  ['node(no-process-env)', 'apps/gateway/src/use-cases/k.ts', 'export const k = () => process.env.PORT;'],
  [
    'waybill(no-process-env-alias)',
    'apps/gateway/src/use-cases/l.ts',
    "import { env } from 'node:process';\nexport const l = env;",
  ],
  [
    'waybill(no-process-env-alias)',
    'apps/gateway/src/use-cases/m.ts',
    'const { env } = process;\nexport const m = env;',
  ],
  [
    'eslint(no-restricted-imports)',
    'apps/gateway/src/use-cases/n.ts',
    "import { Module } from '@nestjs/common';\nexport const n = Module;",
  ],
  [
    'eslint(no-restricted-imports)',
    'libs/telemetry/src/o.ts',
    "import type { Type } from '@nestjs/common';\nexport type O = Type;",
  ],
  [
    'eslint(no-restricted-imports)',
    'apps/gateway/src/use-cases/p.ts',
    "import { Log } from '@waybill/messaging';\nexport const p = Log;",
  ],
  [
    'eslint(no-restricted-imports)',
    'libs/agents/src/q.ts',
    "import { Store } from '@waybill/storage/sqlite';\nexport const q = Store;",
  ],
  ['waybill(no-ambient-date)', `${core}/date.ts`, 'export const now = () => new Date();'],
  ['waybill(no-ambient-date)', `${core}/date-call.ts`, 'export const now = () => Date();'],
  ['eslint(no-restricted-properties)', `${core}/date-now.ts`, 'export const now = () => Date.now();'],
  ['eslint(no-restricted-properties)', `${core}/random.ts`, 'export const dice = () => Math.random();'],
  ['eslint(no-restricted-properties)', `${core}/locale.ts`, "export const less = (a: string) => a.localeCompare('b');"],
  ['eslint(no-restricted-globals)', `${core}/crypto.ts`, 'export const id = () => crypto.randomUUID();'],
  [
    'eslint(no-restricted-globals)',
    `${core}/global-this.ts`,
    'export const id = () => globalThis.crypto.randomUUID();',
  ],
  ['eslint(no-restricted-globals)', `${core}/console.ts`, "export const say = () => { console.log('x'); };"],
  ['eslint(no-restricted-globals)', `${core}/process.ts`, 'export const pid = () => process.pid;'],
  ['eslint(no-restricted-globals)', `${core}/timer.ts`, 'export const later = (f: () => void) => setTimeout(f, 1);'],
  [
    'eslint(no-restricted-imports)',
    `${core}/node.ts`,
    "import { readFileSync } from 'node:fs';\nexport const r = readFileSync;",
  ],
  [
    'eslint(no-restricted-imports)',
    `${core}/bare.ts`,
    "import { createHash } from 'crypto';\nexport const h = createHash;",
  ],
  [
    'eslint(no-restricted-imports)',
    `${core}/nest.ts`,
    "import { Module } from '@nestjs/common';\nexport const n = Module;",
  ],
];

/** What the rules must leave alone: each file is clean. */
const allowed: [path: string, text: string][] = [
  ['libs/agents/src/t.ts', 'export type T = number;'],
  [
    `${core}/arithmetic.ts`,
    'export const later = (ms: number) => new Date(ms).toISOString() + Date.UTC(2026, 0) + Math.max(1, 2);',
  ],
  ['apps/gateway/src/adapters/http/tasks.ts', "import { Module } from '@nestjs/common';\nexport const n = Module;"],
  [
    'apps/gateway/src/app.module.ts',
    "import { Module } from '@nestjs/common';\nexport const n = [Module, process.env.PORT];",
  ],
  [
    'apps/gateway/src/use-cases/port.ts',
    "import type { MessageLog } from '@waybill/messaging';\nexport type P = MessageLog;",
  ],
  [
    'libs/telemetry/src/other.d.ts',
    "declare module 'other' {\n  const Kind: typeof import('kind').Kind;\n  export default Kind;\n}",
  ],
  ['apps/gateway/src/config.ts', 'export const port = () => process.env.PORT;'],
  ['apps/gateway/vite.config.ts', 'export default { a: 1 };'],
  [
    'libs/agents/src/many-cases.ts',
    `type K = ${lines(14, (n) => `| ${n}`)};\nexport function f(k: K): void { switch (k) {\n${lines(14, (n) => `case ${n}:\n  return;`)}\n} }`,
  ],
];

let tree = '';
let found: { code: string; filename: string }[] = [];

beforeAll(() => {
  tree = realpathSync(mkdtempSync(join(tmpdir(), 'waybill-lint-')));
  cpSync(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
  cpSync(join(root, 'tools/lint/plugin.mjs'), join(tree, 'tools/lint/plugin.mjs'), { recursive: true });
  const strict = {
    strict: true,
    target: 'es2024',
    module: 'nodenext',
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
  };
  put('tsconfig.json', JSON.stringify({ compilerOptions: strict, include: ['libs', 'apps'] }));
  for (const [, path, text] of broken) put(path, text);
  for (const [path, text] of allowed) put(path, text);
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const run = spawnSync(process.execPath, [oxlint, '--type-aware', '-f', 'json', 'libs', 'apps'], {
    cwd: tree,
    encoding: 'utf8',
  });
  found = (JSON.parse(run.stdout) as { diagnostics: typeof found }).diagnostics;
}, 60_000);

afterAll(() => rmSync(tree, { recursive: true, force: true }));

it.each(broken)('%s reports %s', (rule, path) => {
  expect(codesIn(path)).toContain(rule);
});

it.each(allowed)('leaves %s alone', (path) => {
  expect(codesIn(path)).toEqual([]);
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), `${text}\n`);
}

function codesIn(path: string): string[] {
  return found.filter(({ filename }) => filename === path).map(({ code }) => code);
}
