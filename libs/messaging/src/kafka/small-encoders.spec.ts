import Encoder from 'kafkajs/src/protocol/encoder.js';
import { expect, it } from 'vitest';
import './small-encoders.ts';

it('begins small', () => {
  expect(new Encoder().buf).toHaveLength(64);
});

it('grows with what is written, byte for byte', () => {
  const encoder = new Encoder();
  const texts = ['x'.repeat(60), 'y'.repeat(511), 'z'.repeat(5_000)];
  for (const text of texts) encoder.writeVarIntString(text);
  const lengths = [[120], [0xfe, 0x07], [0x90, 0x4e]]; // zigzag varints
  const expected = texts.map((text, at) => Buffer.concat([Buffer.from(lengths[at]!), Buffer.from(text)]));
  expect(encoder.buffer.equals(Buffer.concat(expected))).toBe(true);
});
