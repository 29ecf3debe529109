/** SQLite's result codes in the platform's words. A unit's own errors pass through unchanged. */
import { PlatformError } from '@waybill/contracts';

const codes = {
  busy: 5,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  notADatabase: 26,
};
const storageFailures = new Set<number>(Object.values(codes));

/** So a full disk shows once the write-ahead log's index has to grow (SQLITE_IOERR_SHMSIZE). */
const noRoomForWalIndex = 4_874;

function extendedCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode;
}

/** The primary result code, when the error is SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  const code = extendedCode(error);
  return code === undefined ? undefined : code & 0xff;
}

/** True when the storage failed, false when a statement was wrong (a constraint, a mistake in a unit). */
export const isStorageFailure = (error: unknown): boolean => storageFailures.has(sqliteCode(error) ?? -1);

export const isBusy = (error: unknown): boolean => sqliteCode(error) === codes.busy;

export const isDamage = (error: unknown): boolean =>
  [codes.corrupt, codes.notADatabase].includes(sqliteCode(error) ?? -1);

export function damaged(file: string, what: string, cause?: unknown): PlatformError {
  return new PlatformError('data_folder_corrupt', {
    detail: `${file} ${what}. Nothing was changed. Put a backup in its place, or move the file (with its -wal) away to start empty.`,
    cause,
  });
}

/** What a caller of the journal sees when the storage failed under it. */
export function storageError(file: string, error: unknown): PlatformError {
  if (isDamage(error)) return damaged(file, 'is damaged', error);
  const why = error instanceof Error ? error.message : String(error);
  const isFull = sqliteCode(error) === codes.full || extendedCode(error) === noRoomForWalIndex;
  const advice = isFull ? ' The disk is full: make room, writing goes on by itself.' : '';
  return new PlatformError('log_unavailable', { detail: `${file} cannot be written: ${why}.${advice}`, cause: error });
}
