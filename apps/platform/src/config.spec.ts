import { describe, expect, it } from 'vitest';
import { parseConfig, platformUrlOf } from './config.ts';

describe('the settings', () => {
  it('need nothing: port 3000, data in .waybill, the simulated model', () => {
    const config = parseConfig({});
    expect(config).toMatchObject({ gateway: { port: 3000 }, logLevel: 'warn' });
    expect(config.dataDir).toMatch(/\.waybill$/);
    expect(config.model).toEqual({ provider: 'simulated', tokensPerSecond: 0 });
  });

  it('take an empty variable for an absent one', () => {
    expect(parseConfig({ PORT: '', OPENAI_API_KEY: '' })).toMatchObject({ gateway: { port: 3000 } });
  });

  it('use the provider when there is a key, unless AGENTIC_NO_LLM says no', () => {
    expect(parseConfig({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }).model).toEqual({
      provider: 'openai',
      apiKey: 'k',
      baseUrl: 'http://127.0.0.1:1/v1',
      model: 'gpt-4o-mini',
    });
    expect(parseConfig({ OPENAI_API_KEY: 'k', AGENTIC_NO_LLM: '1' }).model.provider).toBe('simulated');
  });

  it.each([
    [{ PORT: 'http' }, /PORT/],
    [{ PORT: '70000' }, /PORT/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
    [{ OPENAI_BASE_URL: 'http://127.0.0.1/v1' }, /OPENAI_API_KEY/],
    [{ AGENTIC_NO_LLM: '0' }, /OPENAI_API_KEY/],
    [{ KAFKA_BROKERS: 'b:9092' }, /KAFKA_BROKERS/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, /OTEL_EXPORTER_OTLP_ENDPOINT/],
  ])('that are not valid are named: %o', (environment, named) => {
    expect(() => parseConfig(environment)).toThrow(named);
  });

  it('never show a value', () => {
    expect(() => parseConfig({ PORT: 's3cret' })).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining('s3cret') }),
    );
  });

  it('name every setting that is wrong, of each service, and show no value', () => {
    const wrong = { PORT: 'secret', GATEWAY_LIVE_BYTES: '1', LOG_LEVEL: 'secret' };
    expect(() => parseConfig(wrong)).toThrow(/PORT: .*GATEWAY_LIVE_BYTES: .*LOG_LEVEL/);
    expect(() => parseConfig(wrong)).not.toThrow(/secret/);
  });
});

describe('where a platform was said to be', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['https://waybill.example/team/', 'https://waybill.example/team'],
  ])('%s is %s', (WAYBILL_URL, expected) => expect(platformUrlOf({ WAYBILL_URL })).toBe(expected));

  it.each(['localhost:3000', '127.0.0.1:3000', 'ftp://s3cret', 'here'])('is an address: %s is none', (WAYBILL_URL) => {
    expect(() => platformUrlOf({ WAYBILL_URL })).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        detail: expect.stringMatching(/^((?!s3cret).)*WAYBILL_URL((?!s3cret).)*$/),
      }),
    );
  });
});
