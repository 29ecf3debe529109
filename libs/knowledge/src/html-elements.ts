/** What HTML's elements mean for reading: left out with all they hold, starting a block, or running on in a line. */
export type Reading = 'skip' | 'heading' | 'code' | 'row' | 'item' | 'block' | 'break' | 'inline';

const names: Readonly<Record<Exclude<Reading, 'inline'>, string>> = {
  skip: 'script style template noscript nav footer svg math iframe object canvas audio video select button noembed noframes dialog',
  heading: 'h1 h2 h3 h4 h5 h6 title',
  code: 'pre listing xmp plaintext textarea',
  row: 'tr',
  item: 'li dt dd',
  block:
    'html head body main article section header aside div p ul ol dl table thead tbody tfoot caption blockquote figure figcaption form fieldset legend address details summary hr center',
  break: 'br',
};
const readings = new Map(
  Object.entries(names).flatMap(([reading, elements]) =>
    elements.split(' ').map((name) => [name, reading as Reading] as const),
  ),
);

export const readingOf = (element: string): Reading => readings.get(element) ?? 'inline';

/** They have no end tag. */
export const voidElements: ReadonlySet<string> = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);
/** What is inside them is text, whatever it looks like. */
export const rawTextElements: ReadonlySet<string> = new Set('style xmp iframe noembed noframes'.split(' '));
export const escapableRawTextElements: ReadonlySet<string> = new Set(['title', 'textarea']);
/** Where a page says what it is about; without them all of it is. */
export const mainElements: ReadonlySet<string> = new Set(['main', 'article']);
