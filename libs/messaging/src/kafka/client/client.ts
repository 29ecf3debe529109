/**
 * Kafka's client, mended: what it does wrong where brokers restart, move, freeze or vanish is exchanged in its classes, one file for each fault (decision 11).
 * It is CommonJS, and Node finds only some of its names for an import.
 */
import kafkajs from 'kafkajs';
import { waitForHandshakes } from './broker-handshake.ts';
import { breakOffConnections } from './broken-connections.ts';
import { tellGivenIds } from './given-ids.ts';
import { lookAgain } from './fresh-metadata.ts';
import { separateHeartbeats } from './heartbeat-connections.ts';
import { restIdleQueues } from './idle-queues.ts';
import { lookPastPartitions } from './leaderless-partitions.ts';
import { askWhoLeads } from './offline-partitions.ts';
import { forgetPartialAnswers } from './partial-answers.ts';
import { connectOnce } from './shared-connecting.ts';

waitForHandshakes();
forgetPartialAnswers();
connectOnce();
restIdleQueues();
lookAgain();
lookPastPartitions();
askWhoLeads();
breakOffConnections();
tellGivenIds();
separateHeartbeats();

export const { AssignerProtocol, ConfigResourceTypes, Kafka, KafkaJSProtocolError, logLevel } = kafkajs;
