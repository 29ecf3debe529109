/**
 * Trace and span ids: random, lower-case hex, never all zeros.
 * They name things and keep no secret, so Math.random (as in the OpenTelemetry SDK) is enough. One `fromCharCode` of
 * known length gives a flat string in half the time of glued pieces, which leave ropes behind that later writes pay for.
 */
const hexDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** 16 hex characters. */
export function newSpanId(): string {
  const high = (Math.random() * 0x1_0000_0000) >>> 0;
  const low = (Math.random() * 0x1_0000_0000) >>> 0;
  return hex64(high, (high | low) === 0 ? 1 : low);
}

/** 32 hex characters. */
export function newTraceId(): string {
  return newSpanId() + newSpanId();
}

function hex64(high: number, low: number): string {
  // prettier-ignore
  return String.fromCharCode(
    digit(high, 28), digit(high, 24), digit(high, 20), digit(high, 16), digit(high, 12), digit(high, 8), digit(high, 4), digit(high, 0),
    digit(low, 28), digit(low, 24), digit(low, 20), digit(low, 16), digit(low, 12), digit(low, 8), digit(low, 4), digit(low, 0),
  );
}

function digit(word: number, shift: number): number {
  return hexDigits[(word >>> shift) & 15] as number;
}
