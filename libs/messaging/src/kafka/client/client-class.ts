/**
 * Classes of Kafka's client that it does not export: what it cannot be told in its options is exchanged in their prototypes, in the process's one copy of it.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** `path` below the client's sources. `Instance`: the class, as far as it is changed. */
export const clientClass = <Instance>(path: string): { prototype: Instance } =>
  require(`kafkajs/src/${path}`) as { prototype: Instance };
