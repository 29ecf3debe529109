/**
 * Kafka's client begins each header of a record, each record and each topic of a fetch as 512 zeroed bytes of their own, outside of V8's heap: a tenth of
 * a gateway's CPU. 64 bytes are part of the heap and cost next to nothing; what needs more room gets it, as before.
 * The client has no setting for it, and its version is pinned.
 */
import Encoder from 'kafkajs/src/protocol/encoder.js';

const usualFirstBytes = 512;
const firstBytes = 64;

const { nextPowerOfTwo } = Encoder;
const isFirst = (size: number): boolean => size === usualFirstBytes - 1;
Encoder.nextPowerOfTwo = (size) => (isFirst(size) ? firstBytes : nextPowerOfTwo(size));
