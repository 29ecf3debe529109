import { expect, it } from 'vitest';
import { listenFailure } from './listen-failure.ts';

const settings = { port: 80, host: '203.0.113.9', portSetting: 'PORT', hostSetting: 'GATEWAY_HOST' };
const failed = (code: string) => Object.assign(new Error(`listen ${code}`), { code });

it.each([
  ['EADDRINUSE', 'port_taken', 'Port 80 is in use by another process: set PORT to another one.'],
  ['EACCES', 'invalid_configuration', 'This process may not listen on port 80: set PORT to one above 1023.'],
  ['EADDRNOTAVAIL', 'invalid_configuration', /^203\.0\.113\.9 is no address of this machine.*set GATEWAY_HOST/],
  ['ENOTFOUND', 'invalid_configuration', /set GATEWAY_HOST/],
])('%s names the setting and says what to do', (code, kind, detail) => {
  const error = failed(code);
  expect(listenFailure(error, settings)).toMatchObject({
    code: kind,
    cause: error,
    detail: expect.stringMatching(detail),
  });
});

it('what has nothing to do with the settings comes out as it is', () => {
  const error = failed('EMFILE');
  expect(listenFailure(error, settings)).toBe(error);
});
