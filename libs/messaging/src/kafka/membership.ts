/** One consumer of Kafka's client, used as a member of its group: what it is assigned is read by our own `Reader`. */
import type { Consumer, ConsumerConfig, Kafka } from 'kafkajs';
import { backOffMs, Pause, usualBackOff } from '../back-off.ts';
import type { Refusal } from './client/refusals.ts';

const heartbeatsPerSession = 5;
const subscriptions = { most: 10, backOff: { firstMs: 50, mostMs: 2_000 } };

export interface MembershipOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly assigners: NonNullable<ConsumerConfig['partitionAssigners']>;
}

export interface Running {
  readonly isClosing: () => boolean;
  readonly onTrouble: (error: unknown) => void;
}

export function consumerOf({ kafka, groupId, sessionTimeoutMs, assigners }: MembershipOptions): Consumer {
  const heartbeatInterval = Math.floor(sessionTimeoutMs / heartbeatsPerSession);
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    // A handler may take as long as this before its member counts as gone.
    rebalanceTimeout: 30_000,
    heartbeatInterval,
    maxWaitTimeInMs: heartbeatInterval, // as `membership-only.ts` takes it
    allowAutoTopicCreation: false,
    // What makes it crash for good is an error of the cluster's that may pass as well, so restarting is ours.
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5, restartOnFailure: async () => false },
    partitionAssigners: assigners,
  });
}

/** A topic that was made a moment ago is known to some of the brokers only, and the client takes the word of whichever it asks: for some seconds it is asked again. */
export async function subscribe(
  consumer: Pick<Consumer, 'subscribe'>,
  to: Parameters<Consumer['subscribe']>[0],
  isClosing: () => boolean,
): Promise<void> {
  const { most, backOff } = subscriptions;
  for (let failures = 1; ; failures += 1) {
    try {
      return await consumer.subscribe(to);
    } catch (error) {
      if ((error as Refusal).type !== 'UNKNOWN_TOPIC_OR_PARTITION' || failures === most || isClosing()) throw error;
      await new Pause().wait(backOffMs(backOff, failures));
    }
  }
}

/** Resolves when it has begun, or was closed before that. It goes on until it is stopped: after a crash of the client, with a back-off, it begins anew. */
export async function keepRunning(consumer: Consumer, { isClosing, onTrouble }: Running): Promise<void> {
  const { CRASH, HEARTBEAT } = consumer.events;
  let failures = 0;
  const again = async (error: unknown): Promise<void> => {
    if (isClosing()) return;
    onTrouble(error);
    failures += 1;
    await new Pause().wait(backOffMs(usualBackOff, failures));
    if (!isClosing()) await run(consumer).catch(again);
  };
  // Whoever joins and is a member no longer than that has not come back.
  consumer.on(HEARTBEAT, () => void (failures = 0));
  consumer.on(CRASH, ({ payload }) => void again(payload.error));
  if (isClosing())
    await consumer.disconnect(); // what was connected after its end
  else await run(consumer);
}

/** The client wants to know what to do with what it fetches. */
const run = (consumer: Consumer): Promise<void> => consumer.run({ autoCommit: false, eachBatch: async () => {} });
