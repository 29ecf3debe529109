/** Ids and hashes by Node. */
import { hash, randomUUIDv7 } from 'node:crypto';
import type { Crypto } from '../../ports/crypto.ts';

const msChars = 13;
const countAt = 15;
const countChars = 3;
const mostCount = 0xfff;
/** Where a millisecond's first id begins: half of the numbers are left for those that follow. */
const mostFirst = 0x7ff;

/** Ascending, also within a millisecond, for lists are sorted by them: what comes after the time counts (RFC 9562, section 6.2, method 1). */
class Ids {
  private ms = '';
  private count = 0;

  next(): string {
    const id = randomUUIDv7();
    const ms = id.slice(0, msChars);
    const given = Number.parseInt(id.slice(countAt, countAt + countChars), 16);
    this.count = ms === this.ms ? Math.min(this.count + 1, mostCount) : given & mostFirst;
    this.ms = ms;
    return id.slice(0, countAt) + this.count.toString(16).padStart(countChars, '0') + id.slice(countAt + countChars);
  }
}
const ids = new Ids();

export const nodeCrypto: Crypto = {
  newId: () => ids.next(),
  sha256: (content) => hash('sha256', content),
};
