/** What PostgreSQL cannot keep is refused like an outage, so whoever asks for it waits for ever: it must not be asked (the orchestrator's `parse-command.ts`). */
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitOf, coreVersion, event } from '../contract/plan-store-under-test.ts';
import { planSchema } from './plan-schema.ts';
import { PostgresPlanDatabase } from './postgres-plan-database.ts';

let pglite: PGlite;
let database: PostgresPlanDatabase;
beforeAll(async () => {
  pglite = await PGlite.create();
  await pglite.exec(planSchema);
  const run = async <Row>({ text }: { text: string }, values: readonly unknown[]): Promise<readonly Row[]> =>
    (await pglite.query<Row>(text, [...values])).rows;
  database = new PostgresPlanDatabase({ run, close: () => Promise.resolve() });
});
afterAll(() => pglite.close());

it.each([
  ['a NUL', 'a\u0000b'],
  ['more than a key of an index may have', Array.from({ length: 3_000 }, () => Math.random().toString(36)).join('')],
])('an id with %s', async (_what, id) => {
  const { fence } = await database.take(0);
  await expect(database.commit(commitOf({ fence, events: [event(id, 1)] }), 0)).rejects.toMatchObject({
    code: 'unavailable',
  });
});

it('an id with a NUL, even when it is only looked for', async () => {
  await expect(database.load(['a\u0000b'], coreVersion)).rejects.toMatchObject({ code: 'unavailable' });
});
