import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunk, type TextPassage } from './chunk.ts';
import { parseDocument } from './parse-document.ts';
import { headingsOf } from './place.ts';
import { bounds, sizeOf } from './units.ts';

const chunked = (name: string, text: string): TextPassage[] =>
  [...chunk(parseDocument({ name, mediaType: '', bytes: new TextEncoder().encode(text) }))].flat();
const words = (count: number, word = 'word'): string =>
  Array.from({ length: count }, (_, n) => `${word}${String(n)}`).join(' ');
const sentence = (count: number, word?: string): string => `The ${words(count - 1, word)}.`;
const places = (passages: readonly TextPassage[]): string[] => passages.map(({ place }) => place);

describe('a passage', () => {
  it('says under which headings and on which lines it stands', () => {
    const text = `# Guide\n\n${sentence(80)}\n\n## Rebalancing\n\n${sentence(90)}\n\n${sentence(60)}\n\n## Next\n${sentence(70)}`;
    expect(places(chunked('g.md', text))).toEqual([
      'Guide, line 3',
      'Guide > Rebalancing, lines 7-9',
      'Guide > Next, line 12',
    ]);
    expect(places(chunked('g.txt', sentence(80)))).toEqual(['line 1']);
    expect(headingsOf('A > B, lines 3-4')).toBe('A > B');
    expect(headingsOf('lines 3-4')).toBe('');
  });

  it('is made of whole sentences, of 120 to 220 words where there are enough', () => {
    const text = Array.from({ length: 60 }, (_, n) => sentence(20 + (n % 9), `s${String(n)}w`)).join(' ');
    const passages = chunked('a.txt', text);
    for (const passage of passages) expect(passage.text).toMatch(/^The .*\.$/s);
    for (const passage of passages.slice(0, -1)) expect(sizeOf(passage.text)).toBeGreaterThanOrEqual(bounds.least);
    for (const passage of passages) expect(sizeOf(passage.text)).toBeLessThanOrEqual(bounds.max);
  });

  it('says sentences without a space between them as they stand', () => {
    const text = '大熊猫吃竹子。它们住在山里。「很可爱。」 他说。';
    expect(chunked('zh.md', text).map((passage) => passage.text)).toEqual([text]);
  });

  it('cuts a sentence only when it alone is too long, and a word only when it is none', () => {
    for (const text of [words(2_000), 'x'.repeat(50_000), `${'😀'.repeat(20_000)}`, '字'.repeat(9_000)]) {
      const passages = chunked('a.txt', text);
      expect(
        passages
          .map((passage) => passage.text)
          .join('')
          .replace(/\s/g, ''),
      ).toBe(text.replace(/\s/g, ''));
      for (const passage of passages) {
        expect(sizeOf(passage.text)).toBeLessThanOrEqual(bounds.max);
        expect(passage.text.isWellFormed()).toBe(true);
      }
    }
  });

  it('holds code and tables whole when they fit', () => {
    const code = Array.from({ length: 40 }, (_, n) => `step ${String(n)}`).join('\n');
    const text = `# A\n${sentence(200)}\n\n\`\`\`\n${code}\n\`\`\`\n\n| h |\n|---|\n${'| one two three |\n'.repeat(20)}`;
    const passages = chunked('a.md', text);
    expect(passages.filter((passage) => passage.text.includes(code))).toHaveLength(1);
    expect(passages.filter((passage) => passage.text.includes('one two three'))).toHaveLength(1);
  });

  it('repeats the header in every part of a long table, and cuts long code at its lines', () => {
    const table = chunked(
      'a.md',
      `| name | size |\n|---|---|\n${Array.from({ length: 200 }, (_, n) => `| item ${String(n)} | ${String(n)} |\n`).join('')}`,
    );
    expect(table.length).toBeGreaterThan(2);
    for (const { text } of table) expect(text).toMatch(/^name, size:\n- item/);
    expect(table[1]!.place).toMatch(/^lines \d+-\d+$/);
    const code = chunked('a.md', `\`\`\`\n${'let a = 1;\n'.repeat(500)}\n${'\n'.repeat(3_000)}\n\`\`\``);
    for (const { text } of code) expect(text).toMatch(/^(let a = 1;\n?|\n)*$/);
  });

  it('takes in small neighbours of its own section, so that its place names the nearest heading', () => {
    const text = `# FAQ\n\n## Is it fast?\n\nYes, it is.\n\n## Is it safe?\n\nVery much so.\n\n## Long\n\n${sentence(100)}\n\nA tail.`;
    expect(chunked('faq.md', text)).toMatchObject([
      { place: 'FAQ > Is it fast?, line 5', text: 'Yes, it is.' },
      { place: 'FAQ > Is it safe?, line 9', text: 'Very much so.' },
      { place: 'FAQ > Long, lines 13-15' },
    ]);
  });

  it('marks a heading that stands in its text', () => {
    expect(chunked('a.md', `# ${words(30)}\n\nText.`)[0]!.text).toBe(`# ${words(30)}\n\nText.`);
    expect(chunked('a.md', '# One\n\n# Two\n\nText.').map(({ text }) => text)).toEqual(['# One', 'Text.']);
  });

  it('says a row of a table so that it is understood alone', () => {
    const settings = '| setting | value |\n|---|---|\n| heartbeat.interval.ms | 3000 |';
    expect(chunked('a.md', settings)[0]!.text).toBe('setting, value:\n- heartbeat.interval.ms: 3000');
    const plans = '| | Free | Pro |\n|---|---|---|\n| Seats | 1 | 10 |\n| Support | | mail |\n| a \\| b | 1 | 2 |';
    const rows = 'Free, Pro:\n- Seats — Free: 1; Pro: 10\n- Support — Pro: mail';
    expect(chunked('a.md', plans)[0]!.text).toBe(`${rows}\n- a — b; 1; 2`);
    const html = `<table><tr><th></th><th>Free</th><th>Pro</th></tr> <tr><th>Seats<td>1<td>10 <tr><td>Support<td></td><td>mail</td></tr></table>`;
    expect(chunked('a.html', html)[0]!.text).toBe(rows);
  });

  it('does not take a row of a table for its header', () => {
    const html = '<table><tr><td>Opening hours<td>9 to 5<tr><th>Phone<td>555-01<tr><td><td></table>';
    expect(chunked('a.html', html)[0]!.text).toBe('- Opening hours: 9 to 5\n- Phone: 555-01');
  });

  it('shows the beginning of an endless heading and holds all of it', () => {
    const [passage] = chunked('a.md', `# ${words(100)}\n\nText.`);
    expect(passage!.place.length).toBeLessThan(120);
    expect(passage!.text).toContain('word99');
  });

  it('is made of a heading alone when nothing follows it', () => {
    expect(
      chunked('a.md', '# One\n# Two\n## Three\n')
        .map(({ text, place }) => `${place}: ${text}`)
        .join('; '),
    ).toMatch(/One.*Two.*Three/s);
  });
});

describe('every word of a document', () => {
  const word = fc
    .string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'), minLength: 2, maxLength: 8 })
    .map((text) => `q${text}z`);
  const phrase = fc.array(word, { minLength: 1, maxLength: 60 }).map((all) => `${all.join(' ')}.`);
  const markdownBlock = fc.oneof(
    phrase,
    fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.array(word, { minLength: 1, maxLength: 30 }))
      .map(([depth, all]) => `${'#'.repeat(depth)} ${all.join(' ')}`),
    fc.array(phrase, { minLength: 1, maxLength: 8 }).map((items) => items.map((item) => `- ${item}`).join('\n')),
    fc.array(phrase, { minLength: 1, maxLength: 8 }).map((items) => items.map((item) => `> ${item}`).join('\n>\n')),
    fc
      .array(fc.array(word, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 60 })
      .map((rows) => `| h1 | h2 |\n|---|---|\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`),
    fc.array(phrase, { minLength: 1, maxLength: 30 }).map((lines) => `\`\`\`\n${lines.join('\n')}\n\`\`\``),
  );
  const htmlBlock = fc
    .tuple(fc.constantFrom('p', 'h1', 'h3', 'li', 'div', 'pre', 'span', 'td', 'tr', 'blockquote'), phrase, fc.boolean())
    .map(([tag, text, closed]) => `<${tag}>${text}${closed ? `</${tag}>` : ''}`);

  const holdsAll = (name: string, text: string): void => {
    const passages = chunked(name, text);
    const found = new Set(passages.flatMap((passage) => `${passage.text} ${passage.place}`.match(/q[a-j]+z/g) ?? []));
    for (const [wanted] of text.matchAll(/q[a-j]+z/g)) expect(found.has(wanted)).toBe(true);
    for (const passage of passages) expect(sizeOf(passage.text)).toBeLessThanOrEqual(bounds.max + bounds.small);
  };

  it('is in some passage: Markdown', () => {
    fc.assert(
      fc.property(fc.array(markdownBlock, { maxLength: 12 }), (blocks) => holdsAll('a.md', blocks.join('\n\n'))),
      { numRuns: 40 },
    );
  });
  it('is in some passage: HTML', () => {
    fc.assert(
      fc.property(fc.array(htmlBlock, { maxLength: 40 }), (blocks) => holdsAll('a.html', blocks.join('\n'))),
      { numRuns: 40 },
    );
  });
  it('is in some passage: plain text', () => {
    fc.assert(
      fc.property(fc.array(phrase, { maxLength: 40 }), (blocks) => holdsAll('a.txt', blocks.join('\n\n'))),
      { numRuns: 40 },
    );
  });
  it('is in some passage, in order, of any text at all', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 3_000 }).filter((text) => !text.includes('\0') && text.isWellFormed()),
        (text) => {
          const joined = chunked('a.txt', text)
            .map((passage) => passage.text)
            .join('');
          expect(joined.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
        },
      ),
    );
  });
});
