import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteJournal, SqliteMessageLog } from '@waybill/messaging';
import { planStoreContract } from '../contract/plan-store.contract.ts';
import { SqlitePlanStore } from './sqlite-plan-store.ts';

planStoreContract('SqlitePlanStore', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-plans-'));
  const openAll = () => {
    const journal = new SqliteJournal({ file: join(folder, 'waybill.db') });
    const log = new SqliteMessageLog({ journal });
    return { journal, log, store: new SqlitePlanStore({ journal, log }) };
  };
  let current = openAll();
  const close = async (): Promise<void> => {
    await current.log.close();
    await current.journal.close();
  };
  return Promise.resolve({
    log: current.log,
    store: current.store,
    reopen: async () => {
      await close();
      current = openAll();
      return current;
    },
    close: async () => {
      await close();
      rmSync(folder, { recursive: true });
    },
  });
});
