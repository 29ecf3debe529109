import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { storageError } from './sqlite-errors.ts';

const full = 'The disk is full: make room, writing goes on by itself.';
const sqliteError = (errcode: number, message: string): Error => Object.assign(new Error(message), { errcode });

it('says of a full disk what to do, in each way in which SQLite meets it', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE t (a); PRAGMA max_page_count = 2');
  const whenWritten = (): unknown => {
    try {
      return db.exec('INSERT INTO t VALUES (zeroblob(100000))');
    } catch (error) {
      return error;
    }
  };
  expect(storageError('waybill.db', whenWritten()).detail).toContain(full);
  expect(storageError('waybill.db', sqliteError(4_874, 'disk I/O error')).detail).toContain(full);
  expect(storageError('waybill.db', sqliteError(778, 'disk I/O error')).detail).toBe(
    'waybill.db cannot be written: disk I/O error.',
  );
});
