import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageLogContract } from '../contract/message-log.contract.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteMessageLog } from './sqlite-message-log.ts';

messageLogContract('SqliteMessageLog', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-log-'));
  const openLog = () => {
    const journal = new SqliteJournal({ file: join(folder, 'waybill.db') });
    return { journal, log: new SqliteMessageLog({ journal, backOff: { firstMs: 1, mostMs: 5 } }) };
  };
  let current = openLog();
  const close = async (): Promise<void> => {
    await current.log.close();
    await current.journal.close();
  };
  return Promise.resolve({
    log: current.log,
    reopen: async () => {
      await close();
      current = openLog();
      return current.log;
    },
    truncateBefore: (position) => current.log.truncateBefore(position),
    close: async () => {
      await close();
      rmSync(folder, { recursive: true });
    },
  });
});
