/** The values of Kafka's client: it is CommonJS, and Node finds only some of its names for an import. */
import kafkajs from 'kafkajs';
import { useLeanWire } from './wire/lean-wire.ts';

useLeanWire();

export const { AssignerProtocol, ConfigResourceTypes, Kafka, KafkaJSProtocolError, logLevel } = kafkajs;
