/** The values of Kafka's client: it is CommonJS, and Node finds only some of its names for an import. */
import kafkajs from 'kafkajs';
import { waitForHandshakes } from './broker-handshake.ts';
import { restIdleQueues } from './idle-queues.ts';
import { forgetPartialAnswers } from './partial-answers.ts';
import { connectOnce } from './shared-connecting.ts';
import { finishJoins } from './unfinished-joins.ts';
import { useLeanWire } from './wire/lean-wire.ts';

useLeanWire();
waitForHandshakes();
forgetPartialAnswers();
connectOnce();
restIdleQueues();
finishJoins();

export const { AssignerProtocol, ConfigResourceTypes, Kafka, KafkaJSProtocolError, logLevel } = kafkajs;
