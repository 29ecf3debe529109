/**
 * Which uploads of a document nothing needs any more, once the command of one of them was handled and the record says so.
 * Promises: never the one that was handled, never one that came after it; what was uploaded less than an hour before it stays too, for of two gateways
 * the one that began to upload earlier may ask later. So there are at most the indexed one, those of an hour, and those that nothing was handled after.
 */
import { originalOf } from '@waybill/contracts';

const overlapMs = 3_600_000;

/** `kept`: the hash of what is indexed, when it is not that of the one that was handled. A key of before tells no time, and goes with its document. */
export function outdatedOriginals(keys: readonly string[], handled: string, kept?: string): readonly string[] {
  const present = originalOf(handled);
  if (!present || !keys.includes(handled)) return [];
  return keys.filter((key) => {
    const upload = originalOf(key);
    return upload && upload.uploadedAt < present.uploadedAt - overlapMs && upload.sha256 !== kept;
  });
}
