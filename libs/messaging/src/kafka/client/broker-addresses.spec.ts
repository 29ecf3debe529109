import { expect, it } from 'vitest';
import { asGiven, hostOf, separable } from './broker-addresses.ts';

it.each([
  ['[fd00::2]:9092', 'fd00::2', '9092'],
  ['[::1]:19092', '::1', '19092'],
  ['broker_1.example:9092', 'broker_1.example', '9092'],
  ['10.0.0.7:9092', '10.0.0.7', '9092'],
])('the client takes %s apart into host and port', (address, itsHost, itsPort) => {
  const [host = '', port] = separable(address).split(':'); // as the client does it
  expect([hostOf(host), port, asGiven(`${host}:${port}`)]).toEqual([itsHost, itsPort, address]);
});
