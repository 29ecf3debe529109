import { expect, it } from 'vitest';
import { z } from 'zod';
import { gatewayConfigOf, gatewaySettings } from './config.ts';

const read = (environment: Record<string, string>) => gatewayConfigOf(z.object(gatewaySettings).parse(environment));

it('has a default for everything', () => {
  expect(read({})).toMatchObject({ port: 3_000, host: '127.0.0.1', heartbeatMs: 15_000, liveBytes: 33_554_432 });
});
it('reads what is set', () =>
  expect(read({ PORT: '0', GATEWAY_GATHER_MS: '5' })).toMatchObject({ port: 0, gatherMs: 5 }));
