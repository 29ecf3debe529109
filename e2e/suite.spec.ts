/** The suites of the public interface on the embedded platform: one process, no server. `distributed/suite.spec.ts` runs them on servers. */
import { describe } from 'vitest';
import { providerSuite } from './suite/provider.suite.ts';
import { publicInterfaceSuite } from './suite/public-interface.suite.ts';
import { traceSuite } from './suite/trace.suite.ts';
import { startEmbedded } from './support/embedded.ts';

describe('The embedded platform', () => {
  publicInterfaceSuite(startEmbedded);
  providerSuite(startEmbedded);
  traceSuite(startEmbedded);
});
