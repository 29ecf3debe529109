/** From documents to answers, through parser, index, retriever and writer: does an answer consist of the sentences that answer? */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { retriever, writer } from '@waybill/agents';
import type { JournalEntry, Json, JsonObject } from '@waybill/contracts';
import { hashingEmbedder, indexDocument } from '@waybill/knowledge';
import { SimulatedModel } from '@waybill/models';
import { SqliteKnowledgeIndex } from '@waybill/storage';
import { nullLogger } from '@waybill/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../../../examples/documents');
const samples = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
const smallDocuments: Readonly<Record<string, string>> = {
  'groups.md': `# Consumer groups

## Sharing partitions

A consumer group splits the partitions of a topic among its members. Every partition has exactly one reader in the group.

## Settings

Read these before you tune a group.

| setting               | value |
| --------------------- | ----- |
| heartbeat.interval.ms | 3000  |
| session.timeout.ms    | 45000 |

## Failures

Failures of members are normal. If a member stops sending heartbeats, the coordinator removes it. The partitions it had go to the
members that are left. Plan your capacity so that one member fewer is enough.
`,
  'deploying.md': `# Deploying the shop

Deployments happen on weekdays. A deployment is a set of containers that are replaced one after another.

## Rolling back

Think about a rollback before you deploy. Roll back with \`shopctl rollback <release>\`, which brings the containers of the named
release back. Database migrations are not rolled back by it.

## Who may deploy

- Members of the release team deploy to production.
- Everybody deploys to staging.

## Plans

|         | Free | Team |
| ------- | ---- | ---- |
| Seats   | 1    | 25   |
| Storage | 1 GB | 2 TB |
`,
  'handbook.txt': `Staff handbook

Holidays

Holidays make people happy, and the company wants you to take your holidays. Full-time employees get 28 days of paid holiday per year. Ask your manager for holidays two weeks before.

Illness
If you fall ill, tell your manager before ten o'clock. A doctor's note is required from the fourth day of illness. Illness during holidays does not count as holiday.

Expenses
========
Expenses are paid back at the end of the month, because the bank collects payments. Send receipts to the office.
`,
  'museum.html': `<!doctype html><html><head><title>City museum</title></head><body><nav>Home Tickets Shop</nav><main>
<h1>City museum</h1>
<h2>Tickets</h2><p>Tickets are sold at the entrance. Please have your tickets ready. Children under twelve enter free of charge.</p>
<table><tr><th>Ticket</th><th>Price</th></tr><tr><td>Adult</td><td>12 euros</td></tr><tr><td>Student</td><td>7 euros</td></tr></table>
<h2>Opening hours</h2><p>The museum opens at nine o'clock and closes at six. It is closed on Mondays.</p>
<h2>Photography</h2><p>Many visitors love photography. Flash photography is forbidden, as light damages the paintings.</p>
<ul><li>Tripods need a permit.</li><li>Drones are not allowed.</li></ul>
</main></body></html>`,
};

const foreignDocuments: Readonly<Record<string, string>> = {
  'vertrag.md': `# Vertrag\n\nDer Vertrag wird auf unbestimmte Zeit geschlossen. Die Kündigungsfrist beträgt drei Monate. Der Urlaub ist zwei Wochen vorher zu beantragen.\n`,
  'contrat.md': `# Contrat\n\nLe délai de préavis est de trois mois. La résiliation doit être faite par écrit. Les employés ont droit à 28 jours de congés par an.\n`,
  'contrato.md': `# Contrato\n\nEl plazo de preaviso es de tres meses. Los empleados tienen derecho a 28 días de vacaciones al año.\n`,
  'contratto.md': `# Contratto\n\nIl periodo di disdetta è di tre mesi. I dipendenti hanno diritto a 28 giorni di ferie all'anno.\n`,
  'trabalho.md': `# Trabalho\n\nO prazo de aviso prévio é de três meses. Os funcionários têm direito a 28 dias de férias por ano.\n`,
  'overeenkomst.md': `# Overeenkomst\n\nDe opzegtermijn bedraagt drie maanden. Werknemers hebben recht op 28 vakantiedagen per jaar.\n`,
};

/** `says`: how its quotes begin, in order. `at`: the place of the first. */
type Pair = readonly [question: string, says: readonly string[], at?: string];

const ofSmall: readonly Pair[] = [
  [
    'How does a consumer group share partitions, and what happens when a member dies?',
    ['A consumer group splits the partitions', 'If a member stops sending heartbeats'],
    'groups.md, Consumer groups > Sharing partitions, line 5',
  ],
  [
    'What is the heartbeat interval?',
    ['heartbeat.interval.ms: 3000'],
    'groups.md, Consumer groups > Settings, lines 9-14',
  ],
  ['What is a deployment?', ['Deployments happen on weekdays. A deployment is a set of containers']],
  [
    'How do I roll back a release?',
    ['Roll back with shopctl rollback'],
    'deploying.md, Deploying the shop > Rolling back, lines 7-8',
  ],
  ['Who may deploy to production?', ['Members of the release team deploy to production.']],
  ['How many seats does the Team plan have?', ['Seats — Free: 1; Team: 25']],
  ['How many days of holiday do employees get?', ['Full-time employees get 28 days of paid holiday per year.']],
  ['What should I do when I am ill?', ['If you fall ill, tell your manager']],
  ['Why are expenses paid at the end of the month?', ['Expenses are paid back at the end of the month, because']],
  ['What does a student ticket cost?', ['Student: 7 euros'], 'museum.html, City museum > Tickets, lines 3-4'],
  [
    'When does the museum open, and when is it closed?',
    [
      "The museum opens at nine o'clock",
      "The museum opens at nine o'clock and closes at six. It is closed on Mondays.",
    ],
  ],
];
const ofSamples: readonly Pair[] = [
  [
    'How do consumer groups share partitions, and what happens when a member dies?',
    [
      'Each partition of a subscribed topic is assigned to exactly one member',
      'Each group reads all',
      'When a member dies without saying good-bye',
    ],
  ],
  ['What is a consumer group?', ['A consumer group is a set of consumers']],
  [
    'What does a circuit breaker do and when does it open?',
    ['A circuit breaker counts failures and opens when', 'A circuit breaker counts failures and opens when'],
  ],
  ['How does head sampling differ from tail sampling?', ['Head sampling decides at the first span']],
];
const ofForeign: readonly Pair[] = [
  ['Wie lange ist die Kündigungsfrist?', ['Die Kündigungsfrist beträgt drei Monate.']],
  ['Wann muss ich den Urlaub beantragen?', ['Der Urlaub ist zwei Wochen vorher zu beantragen.']],
  ['Quel est le délai de préavis ?', ['Le délai de préavis est de trois mois.']],
  ["Comment est-ce que l'on fait la résiliation ?", ['La résiliation doit être faite par écrit.']],
  ['¿Cuántos días de vacaciones tienen los empleados?', ['Los empleados tienen derecho a 28 días']],
  ['Quanto dura il periodo di disdetta?', ['Il periodo di disdetta è di tre mesi.']],
  ['Quantos dias de férias têm os funcionários?', ['Os funcionários têm direito a 28 dias']],
  ['Hoe lang is de opzegtermijn?', ['De opzegtermijn bedraagt drie maanden.']],
];
const ofNone = [
  'Who was Caesar?',
  'How do I cook rice?',
  'How high is the Eiffel tower?',
  'What is the capital of France?',
];

describe.each([
  { name: 'small documents', documents: smallDocuments, pairs: ofSmall },
  { name: 'the example documents', documents: samples, pairs: ofSamples },
  { name: 'those and one in each language', documents: { ...samples, ...foreignDocuments }, pairs: ofForeign },
])('over $name', ({ documents, pairs }) => {
  let root: string;
  let index: SqliteKnowledgeIndex;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'waybill-answers-'));
    index = SqliteKnowledgeIndex.open({ file: join(root, 'knowledge.db'), embedder: hashingEmbedder });
    for (const [revision, [name, text]] of Object.entries(documents).entries()) {
      const bytes = new TextEncoder().encode(text);
      const passages = await indexDocument({ name, mediaType: '', bytes }, hashingEmbedder);
      const document = { tenant: 'default', documentId: name, name, collection: 'default', metadata: {} };
      await index.replace({ ...document, revision, fingerprint: name, passages });
    }
  });
  afterAll(async () => {
    await index.close();
    rmSync(root, { recursive: true, force: true });
  });

  it.each(pairs.map(([question, says, at]) => ({ question, says, at })))(
    '$question',
    async ({ question, says, at }) => {
      const { quotes, sources } = await answerOf(index, question);
      for (const [which, beginning] of says.entries())
        expect(quotes[which]?.slice(0, beginning.length)).toBe(beginning);
      expect(quotes.join(' ')).not.toMatch(/\||=====/);
      expect(quotes).toHaveLength(says.length);
      if (at !== undefined) expect(sources[0]).toBe(at);
    },
  );

  it.each(ofNone)('%s', async (question) => {
    expect((await answerOf(index, question)).text).toBe('The documents do not answer this question.');
  });
});

async function answerOf(index: SqliteKnowledgeIndex, goal: string) {
  const context = { model: new SimulatedModel(), onToken: () => undefined, log: nullLogger };
  const activation = (input: JsonObject, journal: readonly JournalEntry[] = []) => {
    const { signal } = new AbortController();
    return { input, journal, epoch: 1, turn: journal.length, maxTokens: 12_000, signal };
  };
  const asked = await retriever.activate(activation({ query: goal }), context);
  if (asked.status !== 'suspended') throw new Error(asked.status);
  const journal: JournalEntry[] = [];
  for (const [ordinal, call] of asked.calls.entries())
    journal.push({ ordinal, turn: 0, call, observation: await search(index, call.input) });
  const found = await retriever.activate(activation({ query: goal }, journal), context);
  if (found.status !== 'completed') throw new Error(found.status);
  const { passages } = found.output as { passages: Json };
  const written = await writer.activate(activation({ goal, passages }), context);
  if (written.status !== 'completed') throw new Error(written.status);
  const { answer: text } = written.output as { answer: string };
  const quotes = [...text.matchAll(/^- “([^”]*)” \[\d+\]$/gm)].map(([, quote]) => quote ?? '');
  return { text, quotes, sources: [...text.matchAll(/^- \[\d+\] (.*)$/gm)].map(([, source]) => source ?? '') };
}

async function search(index: SqliteKnowledgeIndex, input: JsonObject): Promise<Json> {
  const { query, k } = input as { query: string; k: number };
  const [vector] = await hashingEmbedder.embed([query]);
  const hits = await index.search({ tenant: 'default', text: query, vector: vector!, k });
  return hits.map(({ documentId, name, place, text, score }) => ({
    document_id: documentId,
    name,
    place,
    text,
    score,
  }));
}
