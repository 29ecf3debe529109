/** The values of Kafka's client: it is CommonJS, and Node finds only some of its names for an import. */
import kafkajs from 'kafkajs';
import { waitForHandshakes } from './broker-handshake.ts';
import { useLeanWire } from './wire/lean-wire.ts';

useLeanWire();
waitForHandshakes();

export const { AssignerProtocol, ConfigResourceTypes, Kafka, KafkaJSProtocolError, logLevel } = kafkajs;
