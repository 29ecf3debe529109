/** The charset that a page of HTML declares for itself: in a `meta` within its first 1,024 bytes (WHATWG HTML, "prescan a byte stream"). */
const prescanBytes = 1_024;
const comment = /<!--[^]*?-->/g;
const metaTag = /<meta[\s/]((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi;
const attribute = /([^\s=/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;

/** The label as it stands there; undefined when there is none. */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  // One byte a character: all that matters here is ASCII.
  const beginning = new TextDecoder('latin1').decode(bytes.subarray(0, prescanBytes)).replaceAll(comment, '');
  for (const [, attributes = ''] of beginning.matchAll(metaTag)) {
    const label = charsetOf(attributes);
    if (label !== undefined && label !== '') return label;
  }
  return undefined;
}

function charsetOf(attributes: string): string | undefined {
  const values = new Map<string, string>();
  for (const [, name = '', ...quotings] of attributes.matchAll(attribute))
    values.set(name.toLowerCase(), quotings.find((value) => value !== undefined)?.trim() ?? '');
  const isHeader = values.get('http-equiv')?.toLowerCase() === 'content-type';
  const inHeader = /charset\s*=\s*["']?([^\s"';]+)/i.exec((isHeader && values.get('content')) || '')?.[1];
  return values.get('charset') ?? inHeader;
}
