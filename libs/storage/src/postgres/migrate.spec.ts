/** Where there is no database. */
import { expect, it } from 'vitest';
import { migrate } from './migrate.ts';

it('of a database at a socket of the system is told where that is, and by no password', async () => {
  const url = 'postgres://a:secret@/plans?host=/nowhere/postgresql';
  await expect(migrate({ url, service: 'orchestrator', migrations: [] })).rejects.toMatchObject({
    code: 'unavailable',
    detail:
      'The database could not be prepared for orchestrator at /nowhere/postgresql/plans, where DATABASE_URL leads: connect ENOENT /nowhere/postgresql/.s.PGSQL.5432.',
  });
});
