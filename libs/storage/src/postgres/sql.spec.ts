/** Where nobody listens, as the client tells it. */
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { databaseUnavailable, SqlFailure } from './sql.ts';

it('says why a name with two addresses could not be reached', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  const error = await new Promise<Error>((resolve) => {
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    connect({ host: 'localhost', port, lookup: (_, __, found) => found(null, addresses) }).on('error', resolve);
  });
  expect(error.message).toBe('');
  expect(databaseUnavailable('be asked', error).detail).toBe('The database could not be asked: ECONNREFUSED.');
  expect(new SqlFailure('unreachable', error).message).toBe('ECONNREFUSED');
});
