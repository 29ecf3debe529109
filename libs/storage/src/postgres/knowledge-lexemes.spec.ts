import { describe, expect, it } from 'vitest';
import { passageWords, plainWord, tsvectorOf } from './knowledge-lexemes.ts';
import { storableId, storableJson, storableText } from './storable-text.ts';

const passage = { place: 'Condenser > Upkeep, lines 3-4', text: 'It is cooled; cooled!' };

describe('the words of a passage on PostgreSQL', () => {
  it('are lexemes with their places, those of the heading weighing more', () => {
    const words = passageWords('turbine.md', passage);
    const lexemes = new Map([
      ['turbine', 'turbin'],
      ['cooled', 'cool'],
    ]);
    expect(tsvectorOf(words, lexemes)).toBe("'turbin':1A 'md':2A 'condenser':3A 'upkeep':4A 'it':5 'is':6 'cool':7,8");
  });

  it('lose the marks of Latin letters, and only those', () => {
    expect(['crêpe', 'naïve', 'й', 'हिन्दी'].map(plainWord)).toEqual(['crepe', 'naive', 'й', 'हिन्दी']);
  });

  it('fit into a tsvector, however long the text', () => {
    const long = Array.from({ length: 40_000 }, (_, n) => `word${String(n)}`).join(' ');
    const vector = tsvectorOf(passageWords('n', { place: '', text: `${'x'.repeat(9_000)} ${long}` }), new Map());
    expect(vector).toContain(`'${'x'.repeat(200)}':2`);
    expect(vector).not.toContain("'word39999'");
    expect(vector.length).toBeLessThan(750_000);
  });
});

describe('text for PostgreSQL', () => {
  it('has U+FFFD where it had a NUL or half of a pair', () => {
    expect(storableText('a\u0000b\ud83dc🐳')).toBe('a\uFFFDb\uFFFDc🐳');
  });

  it('keeps everything else of a JSON as it is', () => {
    const value = { 'k\u0000': ['\ud83d', '\\u0000', '\\', '\u001f', '🐳', '"'] };
    expect(JSON.parse(storableJson(value))).toEqual({ 'k\uFFFD': ['\uFFFD', '\\u0000', '\\', '\u001f', '🐳', '"'] });
  });

  it('is refused as an id', () => {
    expect(() => storableId('a\u0000')).toThrow(expect.objectContaining({ code: 'invalid_text' }));
    expect(storableId('ä 1')).toBe('ä 1');
  });
});
