import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeMessage, encodeMessage, messageText, ownerOf } from './codec.ts';
import type { IncomingMessage } from './message.ts';
import { defaultOwner, typeName } from './message.ts';

const meta = { id: 'i-1', source: 'gateway', time: '2026-01-02T03:04:05.000Z', owner: defaultOwner };
const Body = z.object({ n: z.number() });
const received = (over: Partial<IncomingMessage> = {}): IncomingMessage => ({
  ...encodeMessage({ topic: 'task.requests', key: 'k', name: 'SubmitTask' }, { n: 1 }, meta),
  partition: 2,
  offset: 7,
  timestamp: 0,
  ...over,
});

describe('a message', () => {
  it('is a CloudEvent in binary mode', () => {
    const { headers, value } = encodeMessage(
      { topic: 'task.requests', key: 'k', name: 'SubmitTask' },
      { n: 1 },
      { ...meta, about: 's', traceparent: 't', cause: 'a/0/1' },
    );
    expect(headers).toEqual({
      ce_specversion: '1.0',
      ce_id: 'i-1',
      ce_type: 'waybill.SubmitTask.v1',
      ce_source: 'gateway',
      ce_time: '2026-01-02T03:04:05.000Z',
      ce_subject: 's',
      tenant: 'default',
      subject: 'default',
      traceparent: 't',
      cause: 'a/0/1',
    });
    expect(value).toBe('{"n":1}');
  });

  it('comes back as it was sent, from text and from bytes', () => {
    expect(decodeMessage(received(), Body)).toEqual({ n: 1 });
    expect(decodeMessage(received({ value: new TextEncoder().encode('{"n":2}') }), Body)).toEqual({ n: 2 });
  });

  it.each([
    ['no JSON', { value: '{' }],
    ['another shape', { value: '{"n":"x"}' }],
    ['no UTF-8', { value: new Uint8Array([0xff, 0xfe]) }],
    ['a tombstone', { value: null }],
    ['of no type of ours', { headers: { ce_type: 'other' } }],
    ['of no type at all', { headers: {} }],
  ])('that is %s is refused with its place', (_, over) => {
    expect(() => decodeMessage(received(over), Body)).toThrow(/task\.requests\/2\/7/);
    expect(() => decodeMessage(received(over), Body)).toThrow(
      expect.objectContaining({ code: 'invalid_request', errorClass: 'invalid' }),
    );
  });

  it('belongs to who its headers say', () => {
    expect(ownerOf(received({ headers: { tenant: 'acme', subject: 'ann' } }))).toEqual({
      tenant: 'acme',
      subject: 'ann',
    });
    expect(ownerOf(received({ headers: {} }))).toEqual(defaultOwner);
    expect(messageText(received())).toBe('{"n":1}');
  });

  it('names its type and version', () => {
    expect(typeName('waybill.StepCompleted.v12')).toEqual({ name: 'StepCompleted', version: 12 });
    expect(typeName('com.example.Thing')).toBeUndefined();
  });
});
