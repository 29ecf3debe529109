/** Which of several media types a client wants (RFC 9110, 12.5.1). */

interface Range {
  readonly media: string;
  readonly weight: number;
  readonly place: number;
}

/**
 * Of `offered`, best first, the one that weighs most; what weighs the same is taken as the client lists it, then as it is offered.
 * Undefined: none is accepted.
 */
export function preferredOf(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (accept === undefined || accept === '') return offered[0];
  const ranges = accept.split(',').map(rangeOf);
  const accepted = offered.flatMap((type) => {
    const range = rangeFor(type, ranges);
    return range && range.weight > 0 ? [{ ...range, type }] : [];
  });
  return accepted.toSorted((a, b) => b.weight - a.weight || a.place - b.place)[0]?.type;
}

/** A weight that is no number counts as none given. */
function rangeOf(text: string, place: number): Range {
  const [media = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const weight = given === undefined ? 1 : Number.parseFloat(given);
  return { media, weight: Number.isNaN(weight) ? 1 : weight, place };
}

/** The one that says most about the type: itself, then its kind, then anything. */
function rangeFor(type: string, ranges: readonly Range[]): Range | undefined {
  for (const media of [type, `${type.split('/', 1)[0]!}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.media === media);
    if (range) return range;
  }
  return undefined;
}
