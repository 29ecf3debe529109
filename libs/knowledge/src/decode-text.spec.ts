import { describe, expect, it } from 'vitest';
import { parseDocument } from './parse-document.ts';

/** One byte a character, as it stands in a file of an old encoding. */
const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (bytes: Uint8Array, name = 'a.html'): string =>
  [...parseDocument({ name, mediaType: '', bytes })]
    .flat()
    .flatMap((block) => (block.kind === 'heading' ? [] : block.lines.map(({ text }) => text)))
    .join('\n');
const meta = (charset: string): string => `<!doctype html><html><head>${charset}</head><body><p>`;

describe('a page that declares its charset', () => {
  it.each([
    ['<meta charset="iso-8859-1">'],
    ['<META CHARSET=windows-1252>'],
    [`<meta name="viewport" content="width=1"><meta charset='latin1' />`],
    ['<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">'],
    ['<meta content=\'text/html;charset="ISO-8859-1"\' http-equiv=content-type>'],
    ['<!-- <meta charset="utf-8"> --><meta charset="x-user-defined"><meta charset="utf-8">'],
  ])('by %s is read by it', (charset) => {
    expect(read(latin(`${meta(charset)}caf\xe9 \x80 5`))).toBe('café € 5');
  });

  it('of several bytes a character is read by it', () => {
    expect(read(latin(`${meta('<meta charset="shift_jis">')}\x93\xfa\x96\x7b`))).toBe('日本');
  });

  it('is read by its byte order mark when it has one', () => {
    const text = `\u{FEFF}${meta('<meta charset="iso-8859-1">')}café`;
    expect(read(utf8(text))).toBe('café');
    expect(read(Uint8Array.from(Buffer.from(text, 'utf16le')))).toBe('café');
  });

  it.each([
    ['as UTF-16, which it cannot be if that could be read', '<meta charset="utf-16">'],
    ['in a comment', '<!-- <meta charset="iso-8859-1"> -->'],
    ['in words about it', '<meta name="description" content="charset=iso-8859-1">'],
    ['as nothing', '<meta charset="">'],
    ['after 1,024 bytes', `${' '.repeat(1_024)}<meta charset="iso-8859-1">`],
  ])('%s is read as UTF-8', (_, charset) => {
    expect(read(utf8(`${meta(charset)}café`))).toBe('café');
  });

  it('that is not known is refused by its name, and bytes that do not fit by theirs', () => {
    const refused = (detail: string) => expect.objectContaining({ code: 'unreadable_document', detail });
    expect(() => read(latin(`${meta('<meta charset="klingon">')}x`))).toThrow(
      refused('a.html declares the charset klingon, which is not known: save it as UTF-8.'),
    );
    expect(() => read(latin(`${meta('<meta charset="shift_jis">')}\xff`))).toThrow(
      refused('a.html is not valid SHIFT_JIS: save it as UTF-8.'),
    );
    expect(() => read(latin(`${meta('')}caf\xe9`))).toThrow(refused('a.html is not valid UTF-8: save it as UTF-8.'));
  });
});

it('text that is no page declares nothing', () => {
  expect(read(utf8('How a page says `<meta charset="iso-8859-1">`: café'), 'a.txt')).toContain('café');
});
