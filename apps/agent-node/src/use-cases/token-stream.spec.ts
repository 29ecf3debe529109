import { expect, it } from 'vitest';
import { quiet } from '@waybill/testing';
import { TokenStream } from './token-stream.ts';

function stream() {
  const writes: { index: number; text: string; gate: PromiseWithResolvers<void> }[] = [];
  const lost: unknown[] = [];
  const tokens = new TokenStream(
    (index, text) => {
      const gate = Promise.withResolvers<void>();
      writes.push({ index, text, gate });
      return gate.promise;
    },
    (error) => lost.push(error),
  );
  return { tokens, writes, lost, seen: () => writes.map(({ index, text }) => `${index} ${text}`) };
}

it('writes the first piece at once and then what gathered while it was written', async () => {
  const { tokens, writes, seen } = stream();
  for (const word of ['one ', 'two ', 'three']) tokens.push(word);
  expect(seen()).toEqual(['0 one ']);
  writes[0]!.gate.resolve();
  await quiet();
  expect(seen()).toEqual(['0 one ', '1 two three']);
  writes[1]!.gate.resolve();
  await tokens.end();
  tokens.push('four');
  expect(seen().at(-1)).toBe('2 four');
});

it('goes on after a piece without text', async () => {
  const { tokens, writes, seen } = stream();
  tokens.push('');
  tokens.push('one');
  writes[0]?.gate.resolve();
  await tokens.end();
  expect(seen()).toEqual(['0 one']);
});

it('ends when everything was written', async () => {
  const { tokens, writes } = stream();
  await tokens.end();
  tokens.push('one');
  let ended = false;
  const end = tokens.end().then(() => (ended = true));
  await quiet();
  expect(ended).toBe(false);
  writes[0]!.gate.resolve();
  await end;
});

it('leaves a gap in the index for what was lost', async () => {
  const { tokens, writes, lost, seen } = stream();
  tokens.push('one');
  tokens.push('two');
  writes[0]!.gate.reject(new Error('down'));
  await quiet();
  expect(lost).toHaveLength(1);
  expect(seen()).toEqual(['0 one', '1 two']);
});
