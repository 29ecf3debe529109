/** What is asked of a broker about records, and what it answers. */
import type { KafkaMessage } from 'kafkajs';
import type { ConnectionPool } from './broken-connections.ts';
import type { FetchedRecord } from './wire/fetch-decoding.ts';
import type { FetchBody } from './wire/fetch-encoding.ts';
import type { ProduceBody } from './wire/produce-encoding.ts';

export interface ProduceRequest extends ProduceBody {
  /** -1: acknowledged once all in-sync replicas have it. */
  readonly acks: -1;
}
export interface ProduceResponse {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly ProducedPartition[];
  }[];
}
interface ProducedPartition {
  readonly partition: number;
  readonly errorCode: number;
  /** Of the first record. */
  readonly baseOffset: number;
}
export interface FetchRequest {
  /** How long it waits for the first record, ms. */
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** 1: nothing of transactions that were not committed. */
  readonly isolationLevel: 1;
  readonly topics: FetchBody['topics'];
}
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly abortedTransactions: readonly object[];
  /** May begin before the offset that was asked for. */
  readonly messages: readonly (FetchedRecord | (KafkaMessage & { readonly isControlRecord?: boolean }))[];
  /** After the last batch that came; the client does not tell. */
  readonly nextOffset?: number | undefined;
}
export interface FetchResponse {
  /** For so long the broker is to be asked nothing else, ms. */
  readonly clientSideThrottleTime?: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}
/** What becomes of each partition its answers say. */
export interface ClientBroker {
  readonly connectionPool: Pick<ConnectionPool, 'pool'>;
  produce(request: ProduceRequest): Promise<ProduceResponse>;
  fetch(request: FetchRequest): Promise<FetchResponse>;
}
