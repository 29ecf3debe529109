/**
 * Connections to brokers. The client's own wait for the acknowledgement of one small request before they send the next (Nagle's algorithm), and a broker
 * acknowledges a fetch that waits for records only after the 40 ms of a delayed acknowledgement: whatever was asked meanwhile took as long.
 */
import { connect as connectPlain } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

const keepAliveMs = 60_000;

export const connect: ISocketFactory = ({ host, port, onConnect }) =>
  connectPlain(
    { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs },
    onConnect as () => void,
  );
