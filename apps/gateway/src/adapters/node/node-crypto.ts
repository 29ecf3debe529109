/** Ids and hashes by Node. */
import { hash, randomUUIDv7 } from 'node:crypto';
import type { Crypto } from '../../ports/crypto.ts';

export const nodeCrypto: Crypto = {
  newId: () => randomUUIDv7(),
  sha256: (content) => hash('sha256', content),
};
