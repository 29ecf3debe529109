/** Over brokers that are made up: what becomes of records while leaders move, connections break and brokers refuse. */
import { expect, it } from 'vitest';
import { MadeUpCluster, refusal } from '../../testing/made-up-cluster.ts';
import { produces, producingTo } from '../../testing/made-up-producing.ts';

it('sends to each leader what it leads, and takes nothing for written before all in-sync replicas have it', async () => {
  const cluster = new MadeUpCluster(1, 2, 1);
  expect(await producingTo(cluster).send(produces)).toEqual([100, 201, 102]);
  expect(cluster.produces.map(({ acks }) => acks)).toEqual([-1, -1]);
  expect(cluster.written.toSorted()).toEqual(['of 0 at 1', 'of 1 at 2', 'of 2 at 1']);
});

it('looks at the cluster once, until something goes wrong', async () => {
  const cluster = new MadeUpCluster(1, 1, 1);
  const producing = producingTo(cluster);
  await producing.send(produces);
  await producing.send(produces);
  expect(cluster.done).toEqual(['look']);
});

it('follows a leader that has moved, also to a broker that has answered, and repeats nothing that has an answer', async () => {
  const cluster = new MadeUpCluster(1, 2, 3);
  const troubles: unknown[] = [];
  const producing = producingTo(cluster, (error) => troubles.push(error));
  await producing.send([]);
  await producing.send(produces.slice(2)); // the leaders are known
  cluster.leaders[1] = 1;
  expect(await producing.send(produces)).toEqual([100, 101, 302]);
  expect(cluster.written).toEqual(['of 2 at 3', 'of 0 at 1', 'of 2 at 3', 'of 1 at 1']);
  expect(troubles).toEqual([expect.objectContaining({ type: 'NOT_LEADER_FOR_PARTITION' })]);
});

it('looks who leads when a connection was closed, and connects when none is left', async () => {
  const cluster = new MadeUpCluster(1, 1, 1);
  cluster.refusals.set(1, [refusal('KafkaJSConnectionClosedError')]);
  const producing = producingTo(cluster, () => (cluster.isConnected = false));
  expect(await producing.send(produces)).toEqual([100, 101, 102]);
  expect(cluster.done).toEqual(['look', 'connect', 'look']);
});

it('waits for a partition that nobody leads', async () => {
  const cluster = new MadeUpCluster(1, -1, 1);
  const producing = producingTo(cluster, () => (cluster.leaders[1] = 2));
  expect(await producing.send(produces)).toEqual([100, 201, 102]);
});

it('rejects at once what will not pass, and after its retries what does not', async () => {
  const cluster = new MadeUpCluster(1, 1, 1);
  cluster.refusals.set(1, [refusal('too large', { retriable: false })]);
  await expect(producingTo(cluster).send(produces)).rejects.toThrow('too large');
  expect(cluster.produces).toHaveLength(1);
  const away = Array.from({ length: 9 }, () => refusal('away'));
  cluster.refusals.set(1, away);
  await expect(producingTo(cluster).send(produces)).rejects.toThrow('away');
  expect(away).toHaveLength(5);
});

it('sends again only the partitions that a broker refused, and rejects with what will not pass rather than with what may', async () => {
  const [notEnoughReplicas, tooLarge] = [19, 10];
  const cluster = new MadeUpCluster(1, 1, 1);
  cluster.refusedPartitions.set(1, [notEnoughReplicas]);
  expect(await producingTo(cluster).send(produces)).toEqual([100, 101, 102]);
  expect(cluster.written).toEqual(['of 0 at 1', 'of 2 at 1', 'of 1 at 1']);
  cluster.refusedPartitions.set(0, [notEnoughReplicas]).set(1, [tooLarge]);
  await expect(producingTo(cluster).send(produces)).rejects.toMatchObject({
    type: 'MESSAGE_TOO_LARGE',
    message: expect.stringMatching(/^t\/1: /) as unknown,
  });
  expect(cluster.produces).toHaveLength(3);
});

it('rejects at once what will not pass at one broker, though another one only refuses for now', async () => {
  const [notEnoughReplicas, tooLarge] = [19, 10];
  const cluster = new MadeUpCluster(1, 2, 1);
  cluster.refusedPartitions.set(0, [notEnoughReplicas]).set(1, [tooLarge]);
  await expect(producingTo(cluster).send(produces)).rejects.toMatchObject({
    type: 'MESSAGE_TOO_LARGE',
    message: expect.stringMatching(/^t\/1: /) as unknown,
  });
  expect(cluster.produces).toHaveLength(2);
});

it('takes nothing for written of which a broker says nothing', async () => {
  const cluster = new MadeUpCluster(1, 1, 1);
  const troubles: unknown[] = [];
  const findBroker = cluster.cluster.findBroker.bind(cluster.cluster);
  let answers = 0;
  const silent = async (of: { readonly nodeId: number }): ReturnType<typeof findBroker> => {
    const broker = await findBroker(of);
    const produce: typeof broker.produce = async (request) => {
      answers += 1;
      return answers === 1 ? { topics: [] } : broker.produce(request);
    };
    return { ...broker, produce };
  };
  const made = { cluster: { ...cluster.cluster, findBroker: silent } };
  const producing = producingTo(made, (error) => troubles.push(error));
  expect(await producing.send(produces)).toEqual([100, 101, 102]);
  expect(troubles).toEqual([expect.objectContaining({ message: 'the broker did not answer for t/0' })]);
});

it('waits for no look at the cluster where only the last one is old, and meanwhile begins no second one', async () => {
  const made = new MadeUpCluster(1, 1, 1);
  const producing = producingTo(made);
  await producing.send(produces);
  const { promise, resolve } = Promise.withResolvers<void>();
  let looks = 0;
  made.cluster.refreshMetadataIfNecessary = () => {
    looks += 1;
    return promise; // a broker that is frozen is asked
  };
  Object.assign(made.cluster.brokerPool, { metadataExpireAt: 1 });
  expect(await producing.send(produces)).toEqual([100, 101, 102]);
  expect(await producing.send(produces)).toEqual([100, 101, 102]);
  expect(looks).toBe(1);
  Object.assign(made.cluster.brokerPool, { metadataExpireAt: null }); // a broker has gone
  const waiting = producing.send(produces);
  await new Promise(setImmediate);
  expect(made.produces).toHaveLength(3);
  resolve();
  await waiting;
  expect(made.produces).toHaveLength(4);
});
