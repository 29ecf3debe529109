import { expect, it } from 'vitest';
import { readGatewayConfig } from './config.ts';

it('has a default for everything', () => {
  expect(readGatewayConfig({})).toMatchObject({
    port: 3_000,
    host: '127.0.0.1',
    heartbeatMs: 15_000,
    liveBytes: 33_554_432,
  });
});
it('reads what is set', () =>
  expect(readGatewayConfig({ PORT: '0', GATEWAY_GATHER_MS: '5' })).toMatchObject({ port: 0, gatherMs: 5 }));
it('names what is wrong and never shows it', () => {
  const wrong = { PORT: 'secret', GATEWAY_LIVE_BYTES: '1' };
  expect(() => readGatewayConfig(wrong)).toThrow(/PORT: .*GATEWAY_LIVE_BYTES/);
  expect(() => readGatewayConfig(wrong)).not.toThrow(/secret/);
});
