/**
 * Checks the imports of every source module against the rules.
 * Promises: it fails when a module was not cruised or came out without the imports its text shows, so "no violation" means that they were looked at.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import { listWorkspaces, rootDir } from '../workspaces.mjs';
import { boundariesConfig, boundariesResolve } from './config.mjs';

/** @typedef {{ rule: string; from: string; to: string; why: string }} Violation */
/** @typedef {{ modules: number; dependencies: number; violations: Violation[]; unseen: string[] }} Checked */

/** @param {string} root @returns {Promise<Checked>} */
export async function checkBoundaries(root) {
  const { forbidden, options } = boundariesConfig(root);
  const sources = sourceFiles(root);
  const { output } = await cruise(
    sources,
    // @ts-expect-error the option types ask for literal severities, which a plain JavaScript table cannot show
    { ...options, baseDir: root, validate: true, ruleSet: { forbidden } },
    { ...boundariesResolve(root), bustTheCache: true },
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser answered a report instead of its findings');
  const seen = new Map(output.modules.map((module) => [module.source, module.dependencies.length]));
  const unseen = sources.filter(
    (file) => seen.get(file) === undefined || (seen.get(file) === 0 && hasImports(join(root, file))),
  );
  const violations = output.summary.violations.map(({ rule, from, to, cycle }) => ({
    rule: rule.name,
    from,
    to: cycle ? cycle.map(({ name }) => name).join(' -> ') : to,
    why: forbidden.find(({ name }) => name === rule.name)?.comment ?? '',
  }));
  return { modules: sources.length, dependencies: output.summary.totalDependenciesCruised ?? 0, violations, unseen };
}

/** @param {string} root @returns {string[]} every TypeScript module of the packages, relative to the root */
export function sourceFiles(root) {
  return listWorkspaces(root)
    .map(({ dir }) => `${dir}/src`)
    .filter((src) => existsSync(join(root, src)))
    .flatMap((src) =>
      readdirSync(join(root, src), { recursive: true, encoding: 'utf8' }).map((file) => `${src}/${file}`),
    )
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted();
}

/** @param {string} file */
function hasImports(file) {
  return /^(?:import|export)\b[^'"`;]*\bfrom\s+['"]/m.test(readFileSync(file, 'utf8'));
}

if (process.argv[1] === import.meta.filename) {
  const { modules, dependencies, violations, unseen } = await checkBoundaries(rootDir);
  for (const { rule, from, to, why } of violations) console.error(`${from}\n  -> ${to}\n  ${rule}: ${why}`);
  for (const file of unseen) console.error(`${file}: not cruised, so its imports are unchecked`);
  const failed = violations.length + unseen.length;
  console.log(`${modules} modules, ${dependencies} imports, ${violations.length} violations, ${unseen.length} unseen`);
  process.exitCode = failed > 0 || modules === 0 ? 1 : 0;
}
