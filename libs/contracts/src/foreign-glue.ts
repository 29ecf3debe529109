/**
 * The words by which German, French, Spanish, Italian, Portuguese and Dutch ask and hold sentences together. In a folder of another language
 * they are rare, and would weigh like the subject of a question.
 * Promise: none for a text that is not clearly in one of these languages, so "die" and "war" stay words in English.
 */

/** One of these alone tells the language; no English text has them. */
const asking: readonly string[] = [
  'wie wieviel wieviele warum weshalb wieso wann welche welcher welches welchen welchem wofür wozu womit woher wohin',
  'pourquoi combien quand quel quelle quels quelles lequel laquelle lesquels lesquelles qui quoi',
  'qué cuál cuáles cuándo cuánto cuánta cuántos cuántas cómo dónde quién quiénes',
  'perché quando quanto quanti quante quale quali cosa chi dove',
  'quais quantos quantas porque onde quem',
  'hoeveel hoelang waarom wanneer welke waar waarvoor waarmee wie',
];

const glue: readonly string[] = [
  'der die das den dem des ein eine einen einem einer eines kein keine keinen und oder aber ich du er sie es wir ihr man mich mir dich dir ' +
    'ihn ihm uns euch sich mein meine meinen meinem meiner dein deine sein seine seinen ihre ihren unser unsere dieser diese dieses diesen diesem ' +
    'was wer wen wem wessen wo ob dass wenn als an am auf aus bei beim bis durch für gegen in im ins mit nach ohne seit über um unter von vom vor ' +
    'während wegen zu zum zur zwischen ist sind war waren wird werden wurde wurden worden bin bist sei hat habe haben hatte hatten kann können könnte ' +
    'darf dürfen muss müssen soll sollen sollte will wollen gibt geht nicht nur noch auch so sehr schon hier da dann denn doch mehr viel viele ' +
    'lange bitte mal etwas alle alles erkläre erklären beschreibe nenne sagen sagt heißt bedeutet passiert',
  'le la les l un une des du de d au aux et ou mais donc car je j tu il elle on nous vous ils elles me m te t se s lui leur leurs y en mon ma mes ' +
    'ton ta tes son sa ses notre nos votre vos ce c cet cette ces ceci cela ça que qu dont où est sont était étaient sera seront suis es êtes être ' +
    'été ai as a avons avez ont avait avoir peut peux peuvent pouvez puis doit dois doivent faut fait faire font ne n pas plus moins très aussi ' +
    'dans sur sous avec sans pour par vers chez entre depuis pendant si comment quelque explique expliquez décris dites signifie passe',
  'el la los las lo un una unos unas y e o u pero al del de a en con sin por para sobre entre hasta desde hacia según que cual cuales cuando ' +
    'cuanto cuanta cuantos cuantas como donde quien yo tú él ella usted nosotros ellos ellas ustedes me te se nos le les mi mis tu tus su sus ' +
    'nuestro nuestra este esta estos estas ese esa eso esto es son está están era fue ser estar hay he ha han haber tiene tienen tengo puede ' +
    'pueden puedo debe deben debo hace hacer no ni sí si más muy también ya explica explique describe diga significa pasa',
  'il lo la i gli le l un uno una e ed o ma di d del dello della dei degli delle dell a ad al allo alla ai agli alle all da dal dalla dai dall in ' +
    'nel nello nella nei nelle nell con su sul sulla sui sull per tra fra che cui come io tu lui lei noi voi loro mi ti si ci vi ne mio mia suo sua ' +
    'nostro questo questa questi queste quello quella è sono era erano essere ha hanno ho abbiamo avere può possono posso deve devono devo bisogna ' +
    'fa fare non né più molto anche già quant dov cos spiega spiegami descrivi significa succede',
  'o a os as um uma uns umas e ou mas de do da dos das em no na nos nas num numa por pelo pela pelos pelas para com sem sobre entre até desde que ' +
    'qual quando quanto quanta como eu tu ele ela você nós eles elas vocês me te se lhe meu minha seu sua nosso este esta estes estas esse essa isso ' +
    'isto aquele é são está estão era foi ser estar há tem têm tenho ter pode podem posso deve devem devo faz fazer não nem sim mais muito também já ' +
    'ao aos à às explique descreva diga significa acontece',
  'de het een en of maar want ik jij je u hij zij ze wij we jullie mij me jou hem haar ons hun mijn jouw zijn onze deze dit die dat wat hoe lang ' +
    'er hier daar dan als om op in aan af bij door met na naar over sinds te ten ter tot tegen tussen uit van vanaf voor zonder is was waren bent ben ' +
    'wordt worden werd heb hebt heeft hebben had kan kunnen kunt mag mogen moet moeten zal zullen zou wil willen doet doen niet geen nog ook al wel ' +
    'zo meer veel elke iets leg beschrijf noem betekent gebeurt',
];

/** Words and names of English are among them: they prove nothing. Nor do most of one letter or two. */
const ambiguous = new Set(
  (
    'der die das den des was war man bin hat will also mal da sei hier der sie ein les des mon ton ses son sur car est par pas plus pour que qui ' +
    'à passe puis sera fait los las con por para como son era este esta dell del all come con per non cosa mia sono dove chi das dos nos num mas ' +
    'het een van ten ter die door over want lang wel had ben kan mag met leg hun per dan als tot ons dit was wat fur mit fra hay han des dei'
  ).split(' '),
);

interface Language {
  readonly words: ReadonlySet<string>;
  readonly asking: ReadonlySet<string>;
}

const languages: readonly Language[] = glue.map((words, at) => ({
  words: new Set(spellings(`${words} ${asking[at]!}`)),
  asking: new Set(spellings(asking[at]!).filter(isTelling)),
}));
const none: ReadonlySet<string> = new Set();

/** The glue of the language in which the words, all in lower case, are; nothing when that is the language of `own`, or is not clear. */
export function foreignGlue(words: Iterable<string>, own: ReadonlySet<string>): ReadonlySet<string> {
  const distinct = new Set(words);
  let found = none;
  let most = 0;
  for (const language of languages) {
    const size = evidence(language, distinct, own);
    if (size > most) [found, most] = [language.words, size];
  }
  return found;
}

/** How many of the words are the language's, when they are far more than one's own, and no chance. */
function evidence(language: Language, words: ReadonlySet<string>, own: ReadonlySet<string>): number {
  const its = [...words].filter((word) => language.words.has(word) && !own.has(word));
  const others = [...words].filter((word) => own.has(word) && !language.words.has(word));
  const isClear = its.length > 1 ? its.some(isTelling) : its.some((word) => language.asking.has(word));
  return isClear && its.length > 2 * others.length ? its.length : 0;
}

function isTelling(word: string): boolean {
  return !ambiguous.has(word) && (word.length > 2 || /\P{ASCII}|^(?:qu|zu|ik)$/u.test(word));
}

/** With accents and without; with umlauts as they are and as two letters. */
function spellings(words: string): string[] {
  return words.split(' ').flatMap((word) => {
    const long = word.replaceAll(/[äöü]/g, (letter) => `${letter.normalize('NFD')[0]!}e`).replaceAll('ß', 'ss');
    return [word, word.normalize('NFD').replaceAll(/\p{M}/gu, ''), long];
  });
}
