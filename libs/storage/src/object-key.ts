/** Keys of objects: what every store can hold and no file system misreads. */
import { PlatformError } from '@waybill/contracts';

const segment = /^[A-Za-z0-9._-]{1,200}$/;
const maxKeyChars = 900;

/** Throws `invalid_request` unless it is segments of letters, digits, `.`, `_`, `-`, joined by `/`, none of them `.` or `..`. */
export function checkObjectKey(key: string): void {
  if (key.length <= maxKeyChars && key.split('/').every(isSegment)) return;
  throw new PlatformError('invalid_request', { detail: `${JSON.stringify(key.slice(0, 200))} is no object key.` });
}

/** A prefix is the beginning of some key: its last segment may be empty or unfinished. */
export function checkObjectPrefix(prefix: string): void {
  if (prefix === '') return;
  checkObjectKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
}

const isSegment = (text: string): boolean => segment.test(text) && text !== '.' && text !== '..';
