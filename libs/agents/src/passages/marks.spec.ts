import { expect, it } from 'vitest';
import fc from 'fast-check';
import { readMarks } from './marks.ts';

const passages = [
  { text: 'He wrote “a ” b [3]” once.\n\nThe "like popcorn" smell [4] of 5" pipes.' },
  { text: 'Other.' },
];

/** The text with its marks in ⟨⟩ and what is foreign to it in ⟦⟧. */
function read(text: string): string {
  const { marks, foreign } = readMarks(text, passages);
  const spans = [
    ...marks.map((span) => ({ ...span, sign: ['⟨', '⟩'] })),
    ...foreign.map((span) => ({ ...span, sign: ['⟦', '⟧'] })),
  ].toSorted((a, b) => b.start - a.start);
  return spans.reduce(
    (said, { start, end, sign }) =>
      `${said.slice(0, start)}${sign[0]}${said.slice(start, end)}${sign[1]}${said.slice(end)}`,
    text,
  );
}

it.each([
  ['so [1], [2, 3] and [2024]', 'so ⟨[1]⟩, ⟨[2, 3]⟩ and [2024]'],
  ['f(a)[1] a[1] a[i][1] ä[1] _[1] [1][2]', 'f(a)⟨[1]⟩ a[1] a[i][1] ä[1] _[1] ⟨[1]⟩⟨[2]⟩'],
  [
    'limbs[1], tails[1, 2]; arr[0] arr[3] arr[1][2] f1[1] call[1](x)',
    'limbs⟨[1]⟩, tails⟨[1, 2]⟩; arr[0] arr[3] arr[1][2] f1[1] call[1](x)',
  ],
  ['“x [1]” [1] "y [2]" [2]', '⟦“x [1]”⟧ ⟨[1]⟩ ⟦"y [2]"⟧ ⟨[2]⟩'],
  ['“x “y [1]” z [1]” [1]', '⟦“x “y [1]” z [1]”⟧ ⟨[1]⟩'],
  ['“x\n\n[1] y”', '⟦“x\n\n[1] y”⟧'],
  ['"x\n\n[1] y"', '"x\n\n⟨[1]⟩ y"'],
  ['„x [1]“ and „y [1]” [1]', '⟦„x [1]“⟧ and ⟦„y [1]”⟧ ⟨[1]⟩'],
  ['a `b [1]` ``c ` [1]`` ` [1]', 'a ⟦`b [1]`⟧ ⟦``c ` [1]``⟧ ` ⟨[1]⟩'],
  ['```\n[1]\n``\n```` \n[1]', '⟦```\n[1]\n``\n```` ⟧\n⟨[1]⟩'],
  ['- ~~~ x\n  [1]\n  ~~~\n[1]', '- ⟦~~~ x\n  [1]\n  ~~~⟧\n⟨[1]⟩'],
  ['```\n[1]', '⟦```\n[1]⟧'],
  ['```a [1]``` [1] ~~~ [1]', '⟦```a [1]```⟧ ⟨[1]⟩ ~~~ ⟨[1]⟩'],
  ['a 5" pipe [1] and 6" [1]', 'a 5" pipe ⟨[1]⟩ and 6" ⟨[1]⟩'],
])('reads %j', (text, expected) => expect(read(text)).toBe(expected));

it.each([
  ['“He wrote “a ” b [3]” [1]', '⟦“He wrote “a ” b [3]”⟧ ⟨[1]⟩'],
  ['“a ” b [3]” once.” [1] “c” [2]', '⟦“a ” b [3]” once.”⟧ ⟨[1]⟩ ⟦“c”⟧ ⟨[2]⟩'],
  ['"The "like popcorn" smell [4] of 5" pipes." [1]', '⟦"The "like popcorn" smell [4] of 5" pipes."⟧ ⟨[1]⟩'],
  ['“The “like popcorn” smells [4]” [1]', '⟦“The “like popcorn” smells [4]”⟧ ⟨[1]⟩'],
  ['“He wrote “a ” in [3] places” [1]', '⟦“He wrote “a ” in [3] places”⟧ ⟨[1]⟩'],
])('lets the passage say where a quotation ends: %j', (text, expected) => expect(read(text)).toBe(expected));

it('reads a passage that is quoted whole as one quotation, whatever is in it', () => {
  const signs = fc.array(fc.constantFrom('a', ' ', '“', '”', '"', '`', '```', '~~~', '[1]', '\n', '\n\nSources\n'));
  fc.assert(
    fc.property(signs, (parts) => {
      const text = `x${parts.join('')}x`;
      const { marks, foreign } = readMarks(`So “${text}” [2].`, [{ text: '' }, { text }]);
      expect(foreign).toEqual([{ start: 3, end: text.length + 5, kind: 'quotation' }]);
      expect(marks.map(({ start, numbers }) => ({ start, numbers }))).toEqual([
        { start: text.length + 6, numbers: [2] },
      ]);
    }),
  );
});
