/** Starts the process that delivers every record twice, and reads what it has left on the log. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { IncomingMessage } from '@waybill/contracts';
import { KafkaMessageLog } from '@waybill/messaging/kafka';
import { onTestFinished } from 'vitest';
import { readToEnd } from '../../apps/platform/src/commands/read-to-end.ts';
import type { FromDuplicator } from './duplicator.ts';

export interface DeliverTwice {
  /** When nobody else produces any more: waits for the last copies, and hands over originals and copies in the order of each partition. */
  finish(onRecord: (record: IncomingMessage) => void): Promise<void>;
}

/** Resolves when everything that is appended from then on is delivered twice. It has a process of its own, so that busy tests do not hold it up. */
export async function deliverTwice(brokers: readonly string[]): Promise<DeliverTwice> {
  const child = fork(join(import.meta.dirname, 'duplicator.ts'), brokers, {
    execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await told(child, 'ready');
  return {
    async finish(onRecord) {
      child.send('finish');
      const { began } = await told(child, 'finished');
      child.kill('SIGKILL');
      const from = new Map(Object.entries(began));
      const log = await KafkaMessageLog.open({
        brokers,
        clientId: 'spec',
        topics: { partitions: 1, replicas: 1, minInSyncReplicas: 1 },
      });
      onTestFinished(() => log.close());
      await Promise.all([...from.keys()].map((topic) => readToEnd(log, topic, { from, onRecord })));
    },
  };
}

type Told<T> = Extract<FromDuplicator, { type: T }>;

function told<T extends FromDuplicator['type']>(child: ChildProcess, type: T): Promise<Told<T>> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: FromDuplicator) => {
      if (message.type === type) resolve(message as Told<T>);
    });
    child.once('exit', (code) => reject(new Error(`The duplicator ended with ${code} before it was ${type}`)));
  });
}
