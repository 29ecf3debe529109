/**
 * One record and more of every type and version that was ever written (`golden/records.jsonl`): they stay readable, to the last field.
 * A line is never changed; a new optional field or a new version is a new line.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import { decodeMessage } from './codec.ts';
import { DocumentEvent, DocumentRequest } from './documents.ts';
import { PlanEvent } from './events.ts';
import { RegistryEntry } from './registry.ts';
import { TaskRequest, Verdict } from './requests.ts';
import { topics, topicSpecs } from './topics.ts';
import { AgentWork, CancelSignal, ModelCall, SearchReply, SearchWork, TaskResult, TokenChunk } from './work.ts';

interface Golden {
  readonly topic: string;
  readonly type: string;
  readonly body: Record<string, unknown>;
}

/** What a consumer of the topic reads its records with. Work is on topics of its queues. */
const readers: Record<string, ZodType> = {
  [topics.taskRequests]: TaskRequest,
  [topics.taskResults]: TaskResult,
  [topics.planEvents]: PlanEvent,
  [topics.taskTokens]: TokenChunk,
  [topics.taskSignals]: CancelSignal,
  [topics.modelCalls]: ModelCall,
  [topics.documentRequests]: DocumentRequest,
  [topics.documentEvents]: DocumentEvent,
  [topics.registry]: RegistryEntry,
  'waybill.Verdict.v1': Verdict,
  'waybill.SearchReply.v1': SearchReply,
  'waybill.Activate.v1': AgentWork,
  'waybill.Search.v1': SearchWork,
};
const readerOf = ({ topic, type }: Golden): ZodType | undefined => readers[topic] ?? readers[type];

const golden = readFileSync(join(import.meta.dirname, '../golden/records.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden);

describe('a record of before', () => {
  it.each(golden.map((record, line) => [`${record.type} (line ${line + 1})`, record] as const))(
    'is read whole: %s',
    (_, record) => {
      const { topic, type, body } = record;
      const message = { topic, key: 'k', headers: { ce_type: type }, value: JSON.stringify(body), timestamp: 0 };
      expect(decodeMessage({ ...message, partition: 0, offset: 0 }, readerOf(record)!)).toEqual(body);
    },
  );
});

describe('golden records', () => {
  it('are there for every topic that is listed', () => {
    const named = new Set(golden.map(({ topic }) => topic));
    expect(topicSpecs.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([]);
  });

  it('are there for every type that a reader knows', () => {
    const known = Object.values(readers).flatMap(typesOf);
    const types = new Set(golden.map(({ body }) => body['type'] ?? body['kind']));
    expect(known.filter((type) => !types.has(type))).toEqual([]);
  });
});

/** The literals by which a schema tells its records apart. */
function typesOf(schema: ZodType): string[] {
  const shapes = 'options' in schema ? (schema.options as ZodType[]) : [schema];
  return shapes.flatMap((shape) => {
    const { type, kind } = (shape as unknown as { shape: Record<string, { value?: string } | undefined> }).shape;
    return [(type ?? kind)!.value!];
  });
}
