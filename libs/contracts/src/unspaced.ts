/**
 * Words of scripts that put no spaces between them (Chinese, Japanese, Thai and their kin), and of Korean, where particles grow on to a word.
 * Runs of them are cut into overlapping grams and not by a dictionary: parts of words are found as well, and every version of ICU cuts alike.
 * Promise: a text without such a script stays as it is.
 */
const marks = '\\p{M}ーｰﾞﾟ';
const runs = new RegExp(
  [
    '(?<ideographs>\\p{sc=Han}+|\\p{sc=Hangul}+)',
    `(?<syllables>\\p{sc=Katakana}[\\p{sc=Katakana}${marks}]*|\\p{sc=Hiragana}[\\p{sc=Hiragana}${marks}]*)`,
    '(?<letters>[\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]+)',
  ].join('|'),
  'gu',
);
const isUnspaced =
  /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** One ideograph can be a word; a letter says nothing. */
const sizes = { ideographs: [1, 2], syllables: [2], letters: [2, 3] } as const;

export const hasUnspaced = (text: string): boolean => isUnspaced.test(text);

/** The text with the grams of its runs in their places, to be cut at spaces. */
export function spaced(text: string): string {
  if (!isUnspaced.test(text)) return text;
  return text.replace(runs, (run, ...rest) => {
    const groups = rest.at(-1) as Record<keyof typeof sizes, string | undefined>;
    const kind =
      groups.ideographs === undefined ? (groups.syllables === undefined ? 'letters' : 'syllables') : 'ideographs';
    return ` ${gramsOf(run, sizes[kind]).join(' ')} `;
  });
}

/** The text without the words by which such a question asks: what is left is its subject. A text of nothing else stays. */
export function subjectOf(text: string): string {
  if (!isUnspaced.test(text)) return text;
  const subject = text.replace(asking, ' ');
  return hasUnspaced(subject) ? subject : text;
}

/** Whether it is a gram of the Hiragana that holds sentences together. */
export const isGlue = (gram: string): boolean => glue.has(gram);

/** By characters with their marks. What is shorter than the smallest gram is one. */
function gramsOf(run: string, [smallest, ...others]: readonly [number, ...number[]]): string[] {
  const characters = run.normalize('NFKC').match(/\P{M}\p{M}*|\p{M}+/gu) ?? [];
  if (characters.length <= smallest) return [characters.join('')];
  const grams: string[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    for (const size of [smallest, ...others])
      if (at + size <= characters.length) grams.push(characters.slice(at, at + size).join(''));
  }
  return grams;
}

const alone = (script: string, word: string): string => `(?<!\\p{sc=${script}})${word}(?!\\p{sc=${script}})`;
const asking = new RegExp(
  [
    '(?:请问|請問|告诉我|告訴我|是?(?:什么|什麼|甚麼|谁|誰)|为何|為何|怎么样?|怎麼樣?|怎样|怎樣|如何|哪[里裡儿兒个個些种種]|多少|[吗嗎呢的])',
    alone('Han', '何'),
    '(?:무엇|누구|어디|언제|어떻게|어떤|얼마나)(?:[을를이가은는에]|입니까|인가요)?',
    alone('Hangul', '왜'),
    'อะไร|ทำไม|อย่างไร|ยังไง|ที่ไหน|เมื่อไหร่|เมื่อไร|ใคร|เท่าไหร่|เท่าไร|หรือไม่|ไหม',
  ].join('|'),
  'gu',
);

const particles = 'は が を に の と で も や か へ ね よ な';
const phrases =
  'です ますか でした ました ません でしょうか とは から まで より には では ので のは のが これ それ あれ どれ この その あの どの ここ そこ どこ ' +
  'いつ なぜ どう どんな どのように だれ なに ください ている について いる ある する した して される という ような ように こと もの ため など できる';
const glue: ReadonlySet<string> = new Set(
  `${particles} ${phrases}`.split(' ').flatMap((word) => gramsOf(word, sizes.syllables)),
);
