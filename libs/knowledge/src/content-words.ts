/** The words of a text that the local embedder looks at: all but those that hold English and Japanese sentences together or ask for something. */
import { isGlue, spaced, subjectOf } from '@waybill/contracts';

const glue = `
  a about all also an and any are as at be been before being but by can could did do does each for from had has have he her his how
  i if in into is it its just me more most my no nor not of on one only or other our out over own same she should so some such
  than that the their them then there these they this those to too under up use used very was we were what when where which while
  who why will with without would you your
  because between both cannot describe during every explain get gets give given happen happens happened know like made make makes many
  may mean means might much must need needs never now off often once please say says see seem seems still take takes tell thing things
  through until upon via want way well whether whose within work works yet
`;
const stopWords: ReadonlySet<string> = new Set(glue.split(/\s+/).filter(Boolean));
const words = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** In order, with repeats, lower case. A text of nothing but glue keeps it, to be told from others at all. */
export function contentWords(text: string): readonly string[] {
  const all = spaced(subjectOf(text.normalize('NFC').toLowerCase())).match(words) ?? [];
  const content = all.filter((word) => !stopWords.has(word) && !isGlue(word));
  return content.length > 0 ? content : all;
}
