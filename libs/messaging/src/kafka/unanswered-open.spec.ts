/** A port that takes connections and says nothing, such as that of a frozen broker, or of something else. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { KafkaMessageLog } from './kafka-message-log.ts';

it('is given up in time', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.resume())).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const brokers = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
  const topics = { partitions: 1, replicas: 1, minInSyncReplicas: 1 };
  const opened = KafkaMessageLog.open({ brokers, clientId: 'unanswered', topics, openMs: 200 });
  await expect(opened).rejects.toThrow(`be reached at ${brokers[0]}: no answer within 200 ms.`);
  await expect(opened).rejects.toMatchObject({ code: 'log_unavailable' });
});
