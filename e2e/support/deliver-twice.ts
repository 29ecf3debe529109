/** Starts the process that delivers every record twice, and reads what it has left on the log. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { IncomingMessage } from '@waybill/contracts';
import { readToEnd } from '@waybill/messaging';
import { KafkaMessageLog } from '@waybill/messaging/kafka';
import { onTestFinished } from 'vitest';
import type { FromDuplicator, ToDuplicator } from './duplicator.ts';

export interface DeliverTwice {
  /** Resolves when whatever is there now has its copy; who asks meanwhile waits for the same. */
  catchUp(): Promise<void>;
  /** When nobody else produces any more: waits for the last copies, and hands over originals and copies in the order of each partition. */
  finish(onRecord: (record: IncomingMessage) => void): Promise<void>;
}

/** Resolves when everything that is appended from then on is delivered twice. It has a process of its own, so that busy tests do not hold it up. */
export async function deliverTwice(brokers: readonly string[]): Promise<DeliverTwice> {
  const child = fork(join(import.meta.dirname, 'duplicator.ts'), brokers, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The duplicator ended with ${String(code)}`);
  });
  ended.catch(() => {}); // told below, to whoever waits
  const told = async <T extends FromDuplicator['type']>(type: T): Promise<Told<T>> => {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [FromDuplicator];
    if (message.type !== type) throw new Error(`The duplicator said ${message.type} and not ${type}`);
    return message as Told<T>;
  };
  const ask = async <T extends FromDuplicator['type']>(message: ToDuplicator, type: T): Promise<Told<T>> => {
    if (child.connected) child.send(message);
    return told(type);
  };
  await told('ready');
  let catchingUp: Promise<void> | undefined;
  return {
    catchUp: () => (catchingUp ??= ask('catchUp', 'caughtUp').then(() => void (catchingUp = undefined))),
    async finish(onRecord) {
      await catchingUp;
      const { began } = await ask('finish', 'finished');
      const from = new Map(Object.entries(began));
      const topics = { partitions: 1, replicas: 1, minInSyncReplicas: 1 }; // it makes none
      const log = await KafkaMessageLog.open({ brokers, clientId: 'spec', topics });
      onTestFinished(() => log.close());
      await Promise.all([...from.keys()].map((topic) => readToEnd(log, topic, { from, onRecord })));
    },
  };
}

type Told<T> = T extends 'finished' ? Extract<FromDuplicator, { type: 'finished' }> : FromDuplicator;
