/** What of it is used; the client does not publish types for its parts. */
declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    static nextPowerOfTwo: (size: number) => number;
    readonly buffer: Buffer;
    readonly buf: Buffer;
    writeVarIntString(text: string): this;
  }
}
