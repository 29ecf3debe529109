/** What `depcruise` on the command line reads as its webpack configuration: nothing but the aliases. */
import { rootDir } from '../workspaces.mjs';
import { boundariesResolve } from './config.mjs';

const config = { resolve: boundariesResolve(rootDir) };

export default config;
