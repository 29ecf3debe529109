/** For specs of what is produced: to brokers that are made up, with hardly any rest between attempts. */
import { Leaders } from '../kafka/leaders.ts';
import { Producing } from '../kafka/producing/producing.ts';
import type { MadeUpCluster } from './made-up-cluster.ts';

const retry = { firstMs: 1, mostMs: 2, retries: 3 };
export const producingTo = (
  { cluster }: Pick<MadeUpCluster, 'cluster'>,
  onTrouble?: (error: unknown) => void,
): Producing => new Producing(cluster, new Leaders(cluster), onTrouble, retry);

export const produces = [0, 1, 2].map((partition) => ({
  topic: 't',
  partition,
  messages: [{ topic: 't', key: 'k', headers: {}, value: `of ${partition}` }],
}));
