/** The suites of the public interface on two processes of each service, unchanged. */
import { describe } from 'vitest';
import { providerSuite } from '../suite/provider.suite.ts';
import { publicInterfaceSuite } from '../suite/public-interface.suite.ts';
import { traceSuite } from '../suite/trace.suite.ts';
import { startOnServers } from '../support/cluster.ts';

describe('Two processes of each service', () => {
  publicInterfaceSuite(startOnServers);
  providerSuite(startOnServers);
  traceSuite(startOnServers);
});
