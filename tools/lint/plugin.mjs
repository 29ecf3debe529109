/**
 * The rules of STYLE that oxlint has no option for, as an oxlint JS plugin (ESLint's rule shape).
 * Promises: each rule looks at syntax alone, so it costs next to nothing and needs no types.
 */

/** @typedef {{ report(found: { node: object; message: string }): void }} Context */

/** `export *` hides what a module offers: a reader and knip both need the names. */
const noExportAll = {
  meta: { type: 'problem', schema: [] },
  /** @param {Context} context */
  create: (context) => ({
    /** @param {object} node */
    ExportAllDeclaration(node) {
      context.report({ node, message: 'Name what is exported: `export *` is not used here.' });
    },
  }),
};

/** `new Date(ms)` is arithmetic, `new Date()` and `Date()` read the clock: only the second kind is impure. */
const noAmbientDate = {
  meta: { type: 'problem', schema: [] },
  /** @param {Context} context */
  create(context) {
    const message = 'Pure code has no clock: the time arrives in the command.';
    /** @param {{ callee: { type: string; name?: string }; arguments: unknown[] }} node */
    const isDate = (node) => node.callee.type === 'Identifier' && node.callee.name === 'Date';
    return {
      /** @param {{ callee: { type: string; name?: string }; arguments: unknown[] }} node */
      NewExpression(node) {
        if (isDate(node) && node.arguments.length === 0) context.report({ node, message });
      },
      // Called as a function, Date ignores its arguments and answers the present time.
      /** @param {{ callee: { type: string; name?: string }; arguments: unknown[] }} node */
      CallExpression(node) {
        if (isDate(node)) context.report({ node, message });
      },
    };
  },
};

/** `node/no-process-env` sees `process.env` only; these are the two other ways to the same object. */
const noProcessEnvAlias = {
  meta: { type: 'problem', schema: [] },
  /** @param {Context} context */
  create(context) {
    const message = 'Only main.ts, app.module.ts and config.ts read the environment; take settings as arguments.';
    return {
      /** @param {{ source: { value: string } }} node */
      ImportDeclaration(node) {
        if (/^(node:)?process$/.test(node.source.value)) context.report({ node, message });
      },
      /** @param {{ id: { type: string; properties?: { key?: { name?: string } }[] }; init: { type: string; name?: string } | null }} node */
      VariableDeclarator(node) {
        if (node.init?.type !== 'Identifier' || node.init.name !== 'process') return;
        const takesEnv =
          node.id.type !== 'ObjectPattern' || node.id.properties?.some((taken) => taken.key?.name === 'env');
        if (takesEnv) context.report({ node, message });
      },
    };
  },
};

const plugin = {
  meta: { name: 'waybill' },
  rules: {
    'no-export-all': noExportAll,
    'no-ambient-date': noAmbientDate,
    'no-process-env-alias': noProcessEnvAlias,
  },
};

export default plugin;
