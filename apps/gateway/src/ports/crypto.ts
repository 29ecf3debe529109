/** What pure code must be given from outside. */
export interface Crypto {
  /** UUIDv7 in lower case. */
  newId(): string;
  /** Hexadecimal. */
  sha256(content: string | Uint8Array): string;
}
