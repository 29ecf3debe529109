/**
 * What the embedded platform keeps in its data folder, opened in the order in which nothing can be damaged: first the lock, then the log's file
 * (its version and soundness are checked before anything is written), then the rest.
 */
import { join } from 'node:path';
import { lockDataFolder, SqliteJournal, SqliteMessageLog, type DataFolderLock } from '@waybill/messaging';
import { SqlitePlanStore } from '@waybill/storage';
import type { PlatformError } from '@waybill/contracts';
import type { Logger } from '@waybill/telemetry';

export interface EmbeddedRecord {
  readonly lock: DataFolderLock;
  readonly log: SqliteMessageLog;
  readonly plans: SqlitePlanStore;
  close(): Promise<void>;
}

export interface RecordOptions {
  readonly dataDir: string;
  readonly logger: Logger;
  /** The disk failed in a way after which nothing can be promised: the process is to end. */
  readonly onBroken: (error: PlatformError) => void;
}

/** Throws `data_folder_locked`, `data_folder_corrupt` or `data_folder_newer`; then nothing was changed and nothing is held. */
export function openRecord({ dataDir, logger, onBroken }: RecordOptions): EmbeddedRecord {
  const lock = lockDataFolder(dataDir);
  try {
    const journal = new SqliteJournal({ file: join(dataDir, 'waybill.db'), onBroken });
    const log = new SqliteMessageLog({
      journal,
      onError: (error) => logger.warn('A handler of the log failed', { error }),
    });
    const plans = new SqlitePlanStore({ journal, log });
    const close = async (): Promise<void> => {
      await log.close();
      await journal.close();
      lock.release();
    };
    return { lock, log, plans, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}
