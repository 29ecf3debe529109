/** For `depcruise` on the command line (graphs, single files); `tools/boundaries/check.mjs` runs the same rules and counts modules. */
import { boundariesConfig } from './tools/boundaries/config.mjs';
import { rootDir } from './tools/workspaces.mjs';

const { forbidden, options } = boundariesConfig(rootDir);

export default { forbidden, options: { ...options, webpackConfig: { fileName: './tools/boundaries/resolve.mjs' } } };
