/**
 * Finished offsets above the committed one, as the commit's metadata carries them.
 *
 *   metadata = "f1." base64url( { gap:varint run:varint } )
 *
 * `gap`: unfinished offsets since the last run's end (at first: since the committed offset); `run`: finished ones after it. Both are at least 1.
 * What does not fit into 4 KiB is left out from the end, and is then delivered again; what cannot be read counts as nothing.
 */
import type { OffsetRun } from './offset-ledger.ts';

const prefix = 'f1.';
const maxChars = 4_096;
const maxBytes = Math.floor(((maxChars - prefix.length) * 3) / 4);

/** `runs` lie above `position`, ascending and apart. Undefined when there is nothing to say. */
export function encodeFinished(position: number, runs: readonly OffsetRun[]): string | undefined {
  const bytes: number[] = [];
  let end = position;
  for (const { from, to } of runs) {
    const pair = [...varint(from - end), ...varint(to - from)];
    if (bytes.length + pair.length > maxBytes) break;
    bytes.push(...pair);
    end = to;
  }
  return bytes.length === 0 ? undefined : prefix + Buffer.from(bytes).toString('base64url');
}

export function decodeFinished(position: number, metadata: string | undefined): OffsetRun[] {
  if (!metadata?.startsWith(prefix)) return [];
  const numbers = readVarints(Buffer.from(metadata.slice(prefix.length), 'base64url'));
  const runs: OffsetRun[] = [];
  let end = position;
  for (let index = 0; index + 1 < numbers.length; index += 2) {
    const from = end + numbers[index]!;
    end = from + numbers[index + 1]!;
    if (from === end || !Number.isSafeInteger(end)) return [];
    runs.push({ from, to: end });
  }
  return runs;
}

/** Seven bits a byte, lowest first; the high bit says that more follow. Offsets go beyond 32 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

function readVarints(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte % 128) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    value = 0;
    scale = 1;
  }
  return numbers;
}
