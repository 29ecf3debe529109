/**
 * The client rejects a whole look at the cluster in which one partition has no leader or one topic is not there, and goes on with what it knew before. For as long as one partition is offline nothing finds
 * out where the others' leaders have moved, no group can be joined, no topic found, and once the last look is too old every append is rejected; a topic that was deleted stays in the way until the process ends.
 * Promise: a look says what is led, whatever becomes of the rest. Who asks about a topic that is not there is still told so, except by a cluster of ours: nobody leads its partitions then.
 */
import { clientClass } from './client-class.ts';
import { refusalOf } from './refusals.ts';

interface Topic {
  readonly topicErrorCode: number;
  readonly partitionMetadata: readonly { readonly partitionErrorCode: number }[];
}
interface Metadata {
  readonly topicMetadata: readonly Topic[];
}
type Protocol = (of: object) => {
  readonly request: object;
  readonly response: { readonly parse: (metadata: Metadata) => Promise<Metadata> };
};
/** The client's classes, as far as they are changed. */
export interface Broker {
  readonly lookupRequest: (key: number, definitions: object) => Protocol;
  metadata: (this: Broker, topics?: readonly string[]) => Promise<Metadata>;
}
export interface BrokerPool {
  findConnectedBroker: (this: BrokerPool) => Promise<Broker>;
}

/** In the process's one copy of the client, from now on. */
export function lookPastPartitions({ prototype } = clientClass<Broker>('broker/index.js')): void {
  const { metadata } = prototype;
  prototype.metadata = function (topics): Promise<Metadata> {
    return metadata.call(excusing(this, ledOrNot), topics);
  };
}

/** For this one only. */
export function lookPastTopics(pool: BrokerPool): void {
  const { findConnectedBroker: find } = pool;
  pool.findConnectedBroker = async () => excusing(await find.call(pool), thereOrNot);
}

const ledOrNot = (topic: Topic): Topic => ({
  ...topic,
  partitionMetadata: topic.partitionMetadata.map((partition) => ({ ...partition, partitionErrorCode: 0 })),
});
const thereOrNot = (topic: Topic): Topic =>
  refusalOf(topic.topicErrorCode).retriable ? { ...topic, topicErrorCode: 0 } : topic;

/** The same broker, for a look. */
function excusing(broker: Broker, excuse: (topic: Topic) => Topic): Broker {
  const lookupRequest = (key: number, definitions: object): Protocol => {
    const protocol = broker.lookupRequest(key, definitions);
    return (of) => {
      const { request, response } = protocol(of);
      const parse = (metadata: Metadata) =>
        response.parse({ ...metadata, topicMetadata: metadata.topicMetadata.map(excuse) });
      return { request, response: { ...response, parse } };
    };
  };
  return Object.create(broker, { lookupRequest: { value: lookupRequest } }) as Broker;
}
