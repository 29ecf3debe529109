/**
 * The topics of a cluster: made as their specs say when they are missing, looked at when they are there.
 * Promise: topics that one owner reads together have equally many partitions, or nothing of them is read.
 */
import { PlatformError, topicSpecs } from '@waybill/contracts';
import type { Admin } from 'kafkajs';
import { isLegalTopic, madeTogether, partitionCount } from '../../topic-partitions.ts';
import { ConfigResourceTypes, KafkaJSProtocolError } from '../client/client.ts';
import type { Cluster } from '../cluster.ts';
import { unavailable } from '../kafka-errors.ts';
import { configOf, settingsThatMatter, weaknessesOf, type FoundTopic, type TopicSettings } from './topic-settings.ts';

export class Topics {
  private readonly counts = new Map<string, Promise<number>>();
  private readonly lookedAt = new Set<string>();

  constructor(
    private readonly cluster: Cluster,
    private readonly settings: TopicSettings,
    private readonly isReadOnly = false,
  ) {}

  /** The number of partitions; a topic that does not exist is made, or has none for who only reads. */
  count(topic: string): Promise<number> {
    const known = this.counts.get(topic);
    if (known) return known;
    if (!isLegalTopic(topic))
      return Promise.reject(new PlatformError('invalid_request', { detail: `"${topic}" is no name for a topic.` }));
    const counting = this.obtain(topic);
    this.counts.set(topic, counting);
    counting.catch(() => this.counts.delete(topic));
    return counting;
  }

  /** Makes what is missing of the platform's own topics, and answers what is too weak in those that are there. */
  async prepare(): Promise<readonly string[]> {
    const names = topicSpecs.map(({ name }) => name);
    try {
      await this.make(names);
      const found = await this.describe(names);
      refuseUnequal(found);
      for (const { name, partitions } of found) this.counts.set(name, Promise.resolve(partitions));
      return this.weaknesses(found);
    } catch (error) {
      throw unavailable('prepare its topics', error);
    }
  }

  /** What is too weak in topics that are there; each is looked at once. */
  async look(names: readonly string[]): Promise<readonly string[]> {
    const unknown = names.filter((name) => !this.lookedAt.has(name));
    if (unknown.length === 0) return [];
    try {
      return this.weaknesses(await this.describe(unknown));
    } catch (error) {
      throw unavailable(`look at ${unknown.join(', ')}`, error);
    }
  }

  private weaknesses(found: readonly FoundTopic[]): readonly string[] {
    for (const { name } of found) this.lookedAt.add(name);
    return found.flatMap((topic) => weaknessesOf(topic, this.settings));
  }

  private async obtain(topic: string): Promise<number> {
    try {
      const [there] = await this.cluster.ask((admin) => find(admin, [topic]));
      if (!there && this.isReadOnly) return 0;
      const found = there ?? (await this.makeAndFind(topic));
      return found.partitions.length;
    } catch (error) {
      throw unavailable(`prepare the topic ${topic}`, error);
    }
  }

  private async makeAndFind(topic: string): Promise<TopicMetadata> {
    await this.make(madeTogether(topic));
    return (await this.findMade([topic]))[0]!;
  }

  /** Somebody else may have made them a moment ago: not every broker knows of them at once. */
  private findMade(names: readonly string[]): Promise<TopicMetadata[]> {
    return this.cluster.ask(async (admin) => {
      const found = await find(admin, names);
      if (found.length === names.length) return found;
      throw Object.assign(new Error(`${names.join(', ')}: made, and not known to the brokers yet`), {
        retriable: true,
      });
    });
  }

  /** Somebody else may make them at the same time. */
  private async make(names: readonly string[]): Promise<void> {
    const there = new Set(await this.cluster.ask((admin) => admin.listTopics()));
    const missing = names.filter((name) => !there.has(name));
    if (missing.length === 0) return;
    const { replicas: replicationFactor, partitions } = this.settings;
    const topics = missing.map((topic) => ({
      topic,
      replicationFactor,
      numPartitions: partitionCount(topic, partitions),
      configEntries: Object.entries(configOf(topic, this.settings)).map(([name, value]) => ({ name, value })),
    }));
    try {
      await this.cluster.ask((admin) => admin.createTopics({ waitForLeaders: true, topics }));
    } catch (error) {
      if (!isTopicThere(error)) throw error;
    }
  }

  private async describe(names: readonly string[]): Promise<FoundTopic[]> {
    const [metadata, { resources }] = await Promise.all([
      this.findMade(names),
      this.cluster.ask((admin) =>
        admin.describeConfigs({
          includeSynonyms: false,
          resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames: settingsThatMatter })),
        }),
      ),
    ]);
    return metadata.map(({ name, partitions }) => {
      const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
      const config = new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
      const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
      return { name, config, replicas, partitions: partitions.length };
    });
  }
}

type TopicMetadata = Awaited<ReturnType<Admin['fetchTopicMetadata']>>['topics'][number];

/** Those that exist. */
async function find(admin: Admin, names: readonly string[]): Promise<TopicMetadata[]> {
  const there = new Set(await admin.listTopics());
  const wanted = names.filter((name) => there.has(name));
  if (wanted.length === 0) return [];
  return (await admin.fetchTopicMetadata({ topics: wanted })).topics;
}

function refuseUnequal(found: readonly FoundTopic[]): void {
  for (const { name, partitions } of found) {
    for (const other of found.filter((one) => madeTogether(name).includes(one.name))) {
      if (other.partitions === partitions) continue;
      const detail = `The topics ${name} and ${other.name} have ${partitions} and ${other.partitions} partitions; one owner reads both, so the numbers have to be equal. Partitions cannot be taken away: make the topics anew, or use another cluster.`;
      throw new PlatformError('invalid_configuration', { detail });
    }
  }
}

function isTopicThere(error: unknown): boolean {
  const errors = (error as { errors?: unknown[] }).errors ?? [error];
  return errors.every((one) => one instanceof KafkaJSProtocolError && one.type === 'TOPIC_ALREADY_EXISTS');
}
