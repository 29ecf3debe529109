import { describe, expect, it } from 'vitest';
import type { Block } from './block.ts';
import { parseDocument } from './parse-document.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (name: string, text: string, mediaType = ''): Block[] =>
  [...parseDocument({ name, mediaType, bytes: bytes(text) })].flat();
/** `kind lines: text`, to read at a glance. */
const shown = (blocks: readonly Block[]): string[] =>
  blocks.map((block) => {
    if (block.kind === 'heading') return `h${String(block.depth)} ${String(block.line)}: ${block.text}`;
    const mark = block.kind === 'prose' ? (block.mark ?? '') : '';
    return `${block.kind} ${block.lines.map(({ number }) => number).join(',')}: ${mark}${block.lines.map(({ text }) => text).join('/')}`;
  });

describe('a title in plain text', () => {
  it('is a paragraph of its own where no blank line parts it from its text', () => {
    const text = 'Illness\nIf you fall ill, tell your manager before ten.\n\nExpenses\n========\nThey are paid.';
    expect(shown(parse('a.txt', text))).toEqual([
      'prose 1: Illness',
      'prose 2: If you fall ill, tell your manager before ten.',
      'prose 4,5: Expenses/========',
      'prose 6: They are paid.',
    ]);
  });

  it('is not the first line of a wrapped paragraph, nor one with figures', () => {
    const wrapped = 'The manager of the shop is\nAnna, who is there on weekdays.';
    expect(shown(parse('a.txt', wrapped))).toHaveLength(1);
    expect(shown(parse('a.txt', 'Room 12\nIt is closed to the public for the time being.'))).toHaveLength(1);
  });
});

describe('Markdown', () => {
  it('becomes headings, paragraphs, items, tables and code, with their lines', () => {
    const text = `---
title: left out
---
# Guide to *things*

One [link](http://x.y) and \`code\`
over two lines.

- first
- second
  goes on

  > quoted
3. third

| a | b |
|---|---|
| 1 | **2** |

\`\`\`sh
run --now

stop
\`\`\`

    indented

Setext
------
a<br>b ![alt words](x.png)
`;
    expect(shown(parse('g.md', text))).toEqual([
      'h1 4: Guide to things',
      'prose 6,7: One link and code/over two lines.',
      'prose 9: - first',
      'prose 10,11: - second/goes on',
      'prose 13: quoted',
      'prose 14: 3. third',
      'table 16,18: a | b/1 | 2',
      'code 21,22,23: run --now//stop',
      'code 26: indented',
      'h2 28: Setext',
      'prose 30: a b alt words',
    ]);
  });

  it('reads HTML blocks, footnotes and what links refer to', () => {
    const text = '<div>\n<b>bold</b> words\n</div>\n\nSee [this][1] now[^n].\n\n[1]: http://x.y\n[^n]: A note.\n';
    expect(shown(parse('g.md', text))).toEqual(['prose 2: bold words', 'prose 5: See this now.', 'prose 8: A note.']);
  });

  it('has the same lines when it is long enough to be parsed in parts', () => {
    const section = (n: number): string =>
      `## Section ${String(n)}\n\nText of it with a [link][far].\n\n\`\`\`\n# no heading ${String(n)}\n\`\`\`\n\n`;
    const text = `${Array.from({ length: 600 }, (_, n) => section(n)).join('')}[far]: http://far.away\n`;
    const blocks = parse('long.md', text);
    expect(blocks).toHaveLength(1_800);
    expect(shown(blocks.slice(-3))).toEqual([
      'h2 4793: Section 599',
      'prose 4795: Text of it with a link.',
      'code 4798: # no heading 599',
    ]);
  });

  it('keeps an endless code block code', () => {
    const text = `\`\`\`\n${'# line of code\n'.repeat(4_000)}\`\`\`\n\nAfter it.\n`;
    const blocks = parse('code.md', text);
    expect(blocks.slice(0, -1).every(({ kind }) => kind === 'code')).toBe(true);
    expect(blocks.slice(0, -1).reduce((sum, block) => sum + (block.kind === 'code' ? block.lines.length : 0), 0)).toBe(
      4_000,
    );
    expect(shown(blocks.slice(-1))).toEqual(['prose 4004: After it.']);
  });

  it('does not end a comment or a script in the middle', () => {
    const text = `<!--\n${'words that nobody sees\n\n'.repeat(1_000)}-->\n\nSeen.\n`;
    expect(shown(parse('c.md', text)).at(-1)).toBe('prose 2004: Seen.');
  });

  const hostile = [
    '[',
    '*a ',
    '>',
    '- ',
    '[a](',
    '~a~~b',
    '[^1]:',
    '`a ``b ',
    '<a ',
    '&a',
    '_',
    '|a|b\n',
    '1. a\n',
    '> - ',
    '\t',
    '- a\n',
  ];
  it.each(hostile)('takes hostile input, as plain text if need be: %j', (pattern) => {
    const words = pattern.repeat(9_000 / pattern.length).match(/\w/g)?.length ?? 0;
    const read = shown(parse('x.md', pattern.repeat(9_000 / pattern.length))).join(' ');
    expect(read.length).toBeGreaterThanOrEqual(Math.min(words, 1));
  });

  it('takes lists in lists in lists', () => {
    const text = Array.from({ length: 200 }, (_, n) => `${' '.repeat(2 * n)}- a`).join('\n');
    expect(parse('x.md', text).length).toBeGreaterThan(0);
  });
});

describe('HTML', () => {
  it('becomes blocks with their lines; script, style, navigation and footer are left out', () => {
    const text = `<!doctype html><html><head><title>Site</title><style>p { color: red }</style></head>
<body><nav>Home <a>About</a></nav>
<h1>Guide &amp; more</h1>
<p>One <b>bold</b>
second line<br>third
<p>implied end
<ul><li>first<li><p>second</p></ul>
<pre><code>run
  --now</code></pre>
<table><tr><th>a<th>b</tr><tr><td>1</td><td>2</td></tr></table>
<script>if (a < b) document.write("<p>no</p>")</script>
<img alt="a picture">
<footer>© nobody</footer>after`;
    expect(shown(parse('p.html', text))).toEqual([
      'h1 1: Site',
      'h1 3: Guide & more',
      'prose 4,5,5: One bold/second line/third',
      'prose 6: implied end',
      'prose 7: - first',
      'prose 7: - second',
      'code 8,9: run/  --now',
      'table 10,10: a | b/1 | 2',
      'prose 12: a picture',
      'prose 13: after',
    ]);
  });

  it('is read in its main part when it says which that is', () => {
    const text = '<body>menu<main><p>This.</p><article><p>That.</p></article></main><p>ads</p></body>';
    expect(shown(parse('p.html', text))).toEqual(['prose 1: This.', 'prose 1: That.']);
    expect(shown(parse('p.html', '<main></main><p>All there is.</p>'))).toEqual(['prose 1: All there is.']);
  });

  it('survives missing, wrong and endless tags', () => {
    expect(shown(parse('p.html', '</p></div><p>a</b><div>b</section>c'))).toEqual(['prose 1: a', 'prose 1: bc']);
    expect(shown(parse('p.html', '<p>x'.repeat(600) + '<script>no</script><p>end'))).toHaveLength(601);
    expect(shown(parse('p.html', `${'<div>'.repeat(20_000)}deep${'</div>'.repeat(20_000)}`))).toEqual([
      'prose 1: deep',
    ]);
    expect(shown(parse('p.html', `${'<div></p>'.repeat(10_000)}wide`))).toEqual(['prose 1: wide']);
    expect(shown(parse('p.html', '<a><b><i>'.repeat(10_000) + 'odd'))).toEqual(['prose 1: odd']);
    expect(shown(parse('p.html', '<nav>'.repeat(10_000) + '</nav>'.repeat(10_000) + 'seen'))).toEqual([
      'prose 1: seen',
    ]);
    expect(parse('p.html', '<textarea>typed <b></textarea><xmp><i></xmp><plaintext></p>')).toHaveLength(3);
    expect(parse('p.html', '')).toEqual([]);
  });
});

describe('plain text', () => {
  it('becomes paragraphs between blank lines', () => {
    expect(shown(parse('a.txt', 'one\ntwo\r\n \n\nthree'))).toEqual(['prose 1,2: one/two', 'prose 5: three']);
  });

  it('comes in parts when a paragraph has no end, and in batches', () => {
    expect(parse('a.log', 'a line of it\n'.repeat(10_000)).length).toBeGreaterThan(5);
    expect(
      [...parseDocument({ name: 'a', mediaType: '', bytes: bytes('a\n\n'.repeat(1_000)) })].length,
    ).toBeGreaterThan(10);
  });
});

describe('the kind of a document', () => {
  it('follows what was declared, then the name, then the content', () => {
    expect(shown(parse('a.txt', '# h', 'text/markdown; charset=utf-8'))).toEqual(['h1 1: h']);
    expect(shown(parse('A.MD', '# h', 'application/octet-stream'))).toEqual(['h1 1: h']);
    expect(shown(parse('a', '# h', 'text/plain'))).toEqual(['prose 1: # h']);
    expect(shown(parse('a', '\n<!DOCTYPE html><p>x', ''))).toEqual(['prose 2: x']);
    expect(shown(parse('data.json', '{"a": 1}', 'application/json'))).toEqual(['prose 1: {"a": 1}']);
    expect(shown(parse('constructor.constructor', 'x', 'constructor/x'.replace('constructor', 'text')))).toEqual([
      'prose 1: x',
    ]);
  });

  it('is refused when no text can be had from it', () => {
    const refused = (name: string, content: Uint8Array, mediaType = ''): unknown => {
      try {
        return parseDocument({ name, mediaType, bytes: content });
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    expect(refused('a.md', bytes('%PDF-1.7'))).toBe('unsupported_document');
    expect(refused('a.docx', Uint8Array.of(0x50, 0x4b, 3, 4))).toBe('unsupported_document');
    expect(refused('a.png', bytes('x'), 'image/png')).toBe('unsupported_document');
    expect(refused('a.txt', Uint8Array.of(0x61, 0xff, 0x61))).toBe('unreadable_document');
    expect(refused('a.txt', bytes('a\0b'))).toBe('unreadable_document');
  });

  it('takes UTF-16 with a byte order mark', () => {
    const utf16 = Buffer.from('\uFEFFhällo', 'utf16le');
    const blocks = [...parseDocument({ name: 'a.txt', mediaType: '', bytes: utf16 })].flat();
    expect(shown(blocks)).toEqual(['prose 1: hällo']);
    expect(shown([...parseDocument({ name: 'a.txt', mediaType: '', bytes: utf16.swap16() })].flat())).toEqual([
      'prose 1: hällo',
    ]);
  });
});
