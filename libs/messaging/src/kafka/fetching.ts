/** One consumer of Kafka's client, used as what fetches: batches are handed on partition by partition, positions are kept elsewhere. */
import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka } from 'kafkajs';
import { backOffMs, Pause, usualBackOff } from '../back-off.ts';
import { FetchPace } from './fetch-pace.ts';
import { fromKafka } from './records.ts';
import type { Fetched } from './held-partitions.ts';

/**
 * A fetch that finds nothing waits this long. Seeks wait for it, and whoever leaves; but each fetch costs client and broker CPU when it finds nothing too,
 * and a service has up to four consumers.
 */
const maxWaitTimeInMs = 500;
const heartbeatsPerSession = 5;

export interface FetchingOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly assigners?: ConsumerConfig['partitionAssigners'];
}

export interface Running {
  readonly heartbeatMs: number;
  /** All that the member can hold, so that none waits for another. The client wakes as many workers for each fetch, so no more. */
  readonly partitionCount: number;
  /** Records may come this much later, ms. */
  readonly gatherMs?: number | undefined;
  readonly isClosing: () => boolean;
  readonly onTrouble: (error: unknown) => void;
  /** Answers whether the records count as delivered; otherwise they are fetched again. */
  readonly deliver: (fetched: Fetched, isStale: () => boolean) => Promise<boolean>;
}

export function fetchingConsumer({ kafka, groupId, sessionTimeoutMs, assigners }: FetchingOptions): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    // A handler may take as long as this before its member counts as gone.
    rebalanceTimeout: 30_000,
    heartbeatInterval: Math.floor(sessionTimeoutMs / heartbeatsPerSession),
    maxWaitTimeInMs,
    minBytes: 1,
    maxBytesPerPartition: 4 * 1024 * 1024,
    maxBytes: 16 * 1024 * 1024,
    allowAutoTopicCreation: false,
    // What makes it crash for good is an error of the cluster's that may pass as well, so restarting is ours.
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5, restartOnFailure: async () => false },
    ...(assigners ? { partitionAssigners: assigners } : {}),
  });
}

/** Resolves when it has begun, or was closed before that. It goes on until it is stopped: after a crash of the client, with a back-off, it begins anew. */
export async function keepRunning(consumer: Consumer, running: Running): Promise<void> {
  const { isClosing, onTrouble } = running;
  const { CRASH, FETCH } = consumer.events;
  let failures = 0;
  const again = async (error: unknown): Promise<void> => {
    if (isClosing()) return;
    onTrouble(error);
    failures += 1;
    await new Pause().wait(backOffMs(usualBackOff, failures));
    if (!isClosing()) await run(consumer, running).catch(again);
  };
  // Whoever joins and cannot read (records compressed in a way that the client does not know) has not come back.
  consumer.on(FETCH, () => void (failures = 0));
  consumer.on(CRASH, ({ payload }) => void again(payload.error));
  if (isClosing())
    await consumer.disconnect(); // what was connected after its end
  else await run(consumer, running);
}

async function run(consumer: Consumer, { heartbeatMs, partitionCount, gatherMs, deliver }: Running): Promise<void> {
  const pace = new FetchPace(gatherMs);
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: partitionCount,
    eachBatch: async (payload) => {
      const beating = setInterval(() => void payload.heartbeat().catch(() => {}), heartbeatMs); // its failure shows in the client's own next one
      try {
        const isDelivered = await deliver(fetchedOf(payload), () => payload.isStale());
        if (isDelivered) payload.resolveOffset(payload.batch.lastOffset());
        // The client fetches on once all batches of a fetch were handled.
        await pace.keep(payload.batch.messages.length);
      } finally {
        clearInterval(beating);
      }
    },
  });
}

export const heartbeatMsOf = (sessionTimeoutMs: number): number => Math.floor(sessionTimeoutMs / heartbeatsPerSession);

function fetchedOf({ batch }: EachBatchPayload): Fetched {
  const { topic, partition } = batch;
  return {
    topic,
    partition,
    records: batch.messages.map((message) => fromKafka(topic, partition, message)),
    nextOffset: Number(batch.lastOffset()) + 1,
  };
}
