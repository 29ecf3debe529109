/**
 * Who may import whom: the table of STYLE section 1 as dependency-cruiser rules. What is not listed is forbidden.
 * Promises: type imports count; specs may import `testing` and their tools besides what their module may.
 */

/** @typedef {{ may: string[]; npm?: string; node?: boolean }} Lib `npm` is a pattern of package paths; without it any package is fine */

/** @type {Record<string, Lib>} */
const libs = {
  contracts: { may: [], npm: 'zod', node: false },
  workflow: { may: ['contracts'], npm: '@marcbachmann/cel-js', node: false },
  messaging: { may: ['contracts', 'telemetry'] },
  // The embedded plan store shares the log's transaction, so it has to know the embedded log.
  storage: { may: ['contracts', 'telemetry', 'messaging'] },
  models: { may: ['contracts', 'telemetry', 'storage'] },
  agents: { may: ['contracts', 'telemetry', 'storage', 'models'] },
  knowledge: { may: ['contracts', 'telemetry', 'storage'] },
  telemetry: { may: [] },
  client: { may: ['contracts'] },
  service: { may: ['contracts', 'telemetry', 'messaging'] },
  testing: { may: ['contracts', 'workflow', 'messaging', 'storage'] },
};

/** Data structures are plain code, whoever wrote them. */
const plain = '^(?!node_modules/tinyqueue/)';
/** Specs, and what only they use. */
const tests = '(\\.spec\\.tsx?|/src/testing/.+\\.ts)$';
/** Suites that every adapter's spec runs: they import vitest, so nothing of the product may load them. */
const suites = '(\\.contract|/contract/[^/]+)\\.ts$';
const anyApp = '^apps/[^/]+/';
const service = '^apps/(?!platform/)([^/]+)/src/';

/**
 * A layer lies in the service's src or in a feature's folder there. The empty alternative says "or not" in a way that dependency-cruiser accepts as a safe pattern.
 * @param {string} src @param {string} names one layer, or several as `a|b`
 */
const layersIn = (src, names) => `${src}(?:|[^/]+/)(?:${names})/`;
/** What the simulator drives: everything of the orchestrator but its adapters and its wiring. */
const simulated = ['^apps/orchestrator/src/index\\.ts$', layersIn('^apps/orchestrator/src/', 'use-cases|ports|domain')];

/** @param {string[]} names */
const oneOf = (names) => `^libs/(?:${names.join('|') || '(?!)'})/`;

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

function libRules() {
  return Object.entries(libs).flatMap(([lib, { may, npm, node }]) => {
    const here = `^libs/${lib}/`;
    const product = { path: here, pathNot: [tests, suites] };
    const apps = lib === 'testing' ? simulated : [];
    const rules = [
      forbid(`${lib}-imports`, `${lib} <- ${may.join(', ') || 'no other package'}`, product, {
        path: '^(libs|apps)/',
        pathNot: [here, oneOf(may), ...apps],
      }),
      forbid(
        `${lib}-spec-imports`,
        `a spec of ${lib} may import ${lib}'s own imports and testing`,
        { path: [`${here}.*${tests}`, `${here}.*${suites}`] },
        {
          path: '^(libs|apps)/',
          pathNot: [here, oneOf([...may, 'testing']), ...apps],
        },
      ),
    ];
    if (npm) {
      rules.push(
        forbid(`${lib}-packages`, `${lib} <- ${npm}`, product, {
          path: 'node_modules/',
          pathNot: `node_modules/${npm}/`,
        }),
      );
    }
    if (node === false)
      rules.push(
        forbid(`${lib}-no-node`, `${lib} runs anywhere and does no IO`, product, { dependencyTypes: ['core'] }),
      );
    return rules;
  });
}

/** @param {string} layer @param {string[]} own layers of the same service @param {string[]} fromLibs */
function layer(layer, own, fromLibs) {
  const from = { path: layersIn(service, layer), pathNot: tests };
  const allowed = layersIn('^apps/$1/src/', own.join('|'));
  const says = `${layer} <- ${[...own.filter((name) => name !== layer), ...fromLibs].join(', ')}`;
  return [
    forbid(`service-${layer}`, says, from, { path: '^(libs|apps)/', pathNot: [allowed, oneOf(fromLibs)] }),
    forbid(`service-${layer}-plain`, `${layer}: plain code, no package and nothing of node`, from, {
      path: plain,
      dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
    }),
  ];
}

function serviceRules() {
  const wiring = '(?:app\\.module|main|index|cli|start-[a-z-]+)\\.ts$';
  return [
    ...layer('domain', ['domain'], ['contracts', 'workflow']),
    ...layer('ports', ['ports', 'domain'], ['contracts']),
    ...layer('use-cases', ['use-cases', 'ports', 'domain'], ['contracts', 'workflow', 'messaging', 'storage']),
    forbid(
      'service-adapters',
      'adapters <- use-cases, ports, domain, config, libs',
      { path: layersIn(service, 'adapters'), pathNot: tests },
      {
        path: '^apps/',
        pathNot: [layersIn('^apps/$1/src/', 'adapters|use-cases|ports|domain'), '^apps/$1/src/config\\.ts$'],
      },
    ),
    forbid(
      'service-config',
      'config.ts <- contracts, domain: a schema and nothing that runs',
      { path: `${service}config\\.ts$` },
      {
        path: '^(libs|apps)/',
        pathNot: [layersIn('^apps/$1/src/', 'domain'), oneOf(['contracts'])],
      },
    ),
    forbid(
      'service-wiring',
      'nothing but wiring imports wiring',
      { path: `${service}(?!${wiring}).+`, pathNot: tests },
      {
        path: `^apps/$1/src/${wiring}`,
      },
    ),
    forbid(
      'no-app-imports-app',
      'only apps/platform composes the others',
      { path: service },
      {
        path: anyApp,
        pathNot: '^apps/$1/',
      },
    ),
    forbid(
      'no-app-imports-testing',
      'testing is for specs',
      { path: anyApp, pathNot: tests },
      { path: '^libs/testing/' },
    ),
  ];
}

/** Rules of the whole graph. @param {string[]} entries source files that packages offer */
function graphRules(entries) {
  const offered = entries.map((file) => `^${file.replaceAll('.', '\\.')}$`);
  return [
    forbid(
      'every-lib-is-listed',
      'a new lib gets its line in the table first',
      { path: `^libs/(?!(?:${Object.keys(libs).join('|')})/)` },
      {},
    ),
    forbid('no-circular', 'a cycle has no order to read it in; type imports count', {}, { circular: true }),
    forbid('not-to-unresolvable', 'an import that was not resolved was not checked', {}, { couldNotResolve: true }),
    forbid(
      'packages-through-their-entry',
      'import another package by its name, not by its files',
      { path: '^(libs|apps)/([^/]+)/' },
      {
        path: '^(libs|apps)/',
        pathNot: ['^$1/$2/', ...offered],
      },
    ),
    forbid(
      'telemetry-owns-opentelemetry',
      'only libs/telemetry knows OpenTelemetry and prom-client',
      { path: '^(libs|apps)/', pathNot: ['^libs/telemetry/', tests] },
      {
        path: 'node_modules/(?:@opentelemetry|prom-client)/',
      },
    ),
    forbid(
      'suites-stay-out-of-the-product',
      'a contract suite imports vitest, which does not load outside a test run',
      { path: '^(libs|apps)/', pathNot: [tests, suites, '^libs/testing/'] },
      {
        path: suites,
      },
    ),
    forbid(
      'no-dev-package-in-the-product',
      'what ships has to work after npm ci --omit=dev',
      { path: '^(libs|apps)/', pathNot: [tests, suites, '^libs/testing/', '\\.config\\.ts$'] },
      {
        dependencyTypes: ['npm-dev'],
      },
    ),
  ];
}

/** @param {string[]} entries source files that packages offer, relative to the root */
export const boundaryRules = (entries) => [...libRules(), ...serviceRules(), ...graphRules(entries)];
