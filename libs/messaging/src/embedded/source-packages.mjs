/** For a test's child process: `@waybill/*` is its sources, as in the specs, so that a child needs no build. Run it with --experimental-transform-types. */
import { registerHooks } from 'node:module';

const libs = new URL('../../../', import.meta.url);

registerHooks({
  resolve(specifier, context, next) {
    const [, name] = /^@waybill\/(\w+)$/.exec(specifier) ?? [];
    return name ? { url: new URL(`${name}/src/index.ts`, libs).href, shortCircuit: true } : next(specifier, context);
  },
});
