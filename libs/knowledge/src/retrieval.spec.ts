/** Does a question find its answer in examples/documents, and nothing when there is none? */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteKnowledgeIndex, type FoundPassage } from '@waybill/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashingEmbedder } from './hashing-embedder.ts';
import { indexDocument } from './index-document.ts';

const folder = join(import.meta.dirname, '../../../examples/documents');
const answered: readonly (readonly [question: string, document: string, place: string])[] = [
  [
    'How do consumer groups share partitions, and what happens when a member dies?',
    'kafka-consumer-groups.md',
    'What happens when a member dies',
  ],
  [
    'How do consumer groups share partitions, and what happens when a member dies?',
    'kafka-consumer-groups.md',
    'How a group shares partitions',
  ],
  ['How many consumers of a group can be busy at once?', 'kafka-consumer-groups.md', 'How a group shares partitions'],
  [
    'what is the default session timeout and heartbeat interval',
    'kafka-consumer-groups.md',
    'Group membership and the coordinator',
  ],
  ['What does cooperative rebalancing do differently from eager?', 'kafka-consumer-groups.md', 'Rebalancing'],
  ['group.instance.id static member restart', 'kafka-consumer-groups.md', 'Static membership'],
  ['How can I protect writes against a zombie consumer?', 'kafka-consumer-groups.md', 'Zombie members'],
  ['Why is my consumer kicked out of the group?', 'kafka-consumer-groups.md', ''],
  ['Which assignor should I choose?', 'kafka-consumer-groups.md', 'Assignors'],
  ['How is the partition of a record chosen from its key?', 'kafka-partitions.html', 'Keys decide the partition'],
  ['Can I add partitions to a topic later?', 'kafka-partitions.html', 'How many partitions'],
  ['min.insync.replicas and acks=all', 'kafka-partitions.html', 'Replication and leaders'],
  ['What is log compaction and a tombstone?', 'kafka-partitions.html', 'Retention and compaction'],
  ['Is exactly once delivery possible?', 'delivery-guarantees.md', 'At most once, at least once, exactly once'],
  ['How do I make a consumer idempotent?', 'delivery-guarantees.md', 'Idempotent consumers'],
  ['transactional outbox', 'delivery-guarantees.md', 'The outbox pattern'],
  ['What should happen to a poison message?', 'delivery-guarantees.md', 'Dead letters'],
  [
    'Why does a producer write duplicates and how does enable.idempotence help?',
    'delivery-guarantees.md',
    'Idempotent producers',
  ],
  ['What is the difference between a command and an event?', 'event-sourcing.md', 'Commands, events and state'],
  ['How can personal data be erased from an append-only log?', 'event-sourcing.md', 'Personal data'],
  ['When are snapshots needed?', 'event-sourcing.md', 'Snapshots'],
  ['How do I rebuild a read model?', 'event-sourcing.md', 'Projections and read models'],
  ['Why does the WAL file grow without bound?', 'sqlite-wal.md', 'Checkpoints'],
  ['SQLITE_BUSY with two writers', 'sqlite-wal.md', 'Readers and writers'],
  ['Does synchronous NORMAL lose committed transactions on power failure?', 'sqlite-wal.md', 'Durability'],
  ['Why add jitter to exponential backoff?', 'retries-and-backoff.txt', 'line'],
  ['What does a circuit breaker do?', 'retries-and-backoff.txt', 'line'],
  ['Which HTTP status codes should be retried?', 'retries-and-backoff.txt', 'line'],
  ['What are the fields of the traceparent header?', 'trace-context.md', 'The traceparent header'],
  ['head sampling versus tail sampling', 'trace-context.md', 'Sampling'],
  ['How do traces cross message queues?', 'trace-context.md', 'Messages and queues'],
];
const unanswerable = [
  'What is the capital of France?',
  'Who won the football world cup in 1998?',
  'How long should sourdough bread rise before baking?',
  'What is the boiling point of ethanol?',
  'How do I configure a RabbitMQ quorum queue policy?',
  'Which kubernetes ingress controller supports websockets?',
  'What salary does a nurse earn in Norway?',
  'How tall is Mount Kilimanjaro?',
  'When was the company founded and who is its CEO?',
  'What is the refund policy?',
  'Which database does the payroll system use?',
  'What time does the train leave?',
  'What is the maximum message size in RabbitMQ?',
  'Wie wird das Wetter morgen in Hamburg?',
];

describe('retrieval over the example documents', () => {
  let root: string;
  let index: SqliteKnowledgeIndex;
  const search = async (text: string, k = 5): Promise<readonly FoundPassage[]> => {
    const [vector] = await hashingEmbedder.embed([text]);
    return index.search({ tenant: 'default', text, vector: vector!, k });
  };
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'waybill-retrieval-'));
    index = SqliteKnowledgeIndex.open({ file: join(root, 'knowledge.db'), embedder: hashingEmbedder });
    for (const [revision, name] of readdirSync(folder).entries()) {
      const passages = await indexDocument(
        { name, mediaType: '', bytes: readFileSync(join(folder, name)) },
        hashingEmbedder,
      );
      await index.replace({
        tenant: 'default',
        documentId: name,
        name,
        collection: 'default',
        metadata: {},
        revision,
        fingerprint: name,
        passages,
      });
    }
  });
  afterAll(async () => {
    await index.close();
    rmSync(root, { recursive: true, force: true });
  });

  it('puts the sharing of partitions and the death of a member at the top', async () => {
    const hits = await search('How do consumer groups share partitions, and what happens when a member dies?', 3);
    expect(
      hits
        .slice(0, 2)
        .map(({ place }) => place.replace(/, lines.*/, ''))
        .toSorted(),
    ).toEqual([
      'Kafka consumer groups > How a group shares partitions',
      'Kafka consumer groups > What happens when a member dies',
    ]);
  });

  it('has a recall at 5 of at least 0.9, mostly in first place', async () => {
    const ranks = [];
    for (const [question, document, place] of answered) {
      const hits = await search(question);
      ranks.push({ question, rank: hits.findIndex((hit) => hit.name === document && hit.place.includes(place)) });
    }
    const missed = ranks.filter(({ rank }) => rank === -1);
    expect(missed.length / ranks.length).toBeLessThanOrEqual(0.1);
    expect(ranks.filter(({ rank }) => rank === 0).length / ranks.length).toBeGreaterThanOrEqual(0.75);
  });

  it('finds it though a word is misspelt', async () => {
    expect((await search('rebalancng of consumer groups when a member leaves'))[0]?.name).toBe(
      'kafka-consumer-groups.md',
    );
  });

  it.each(unanswerable)('has no hits for: %s', async (question) => {
    expect((await search(question)).map(({ name, place }) => `${name} ${place}`)).toEqual([]);
  });
});
