/** How the records of a commit become rows: usually one, several when it is large, so that reading a little of it stays cheap. */
import type { IncomingMessage } from '@waybill/contracts';

const rowRecords = 1_000;
const rowChars = 512 * 1024;

export function splitIntoRows(records: readonly IncomingMessage[]): readonly (readonly IncomingMessage[])[] {
  const sizes = records.map(({ value }) => (value === null ? 0 : value.length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (records.length <= rowRecords && total <= rowChars) return [records];
  const rows: IncomingMessage[][] = [[]];
  let chars = 0;
  for (const [at, record] of records.entries()) {
    const row = rows.at(-1)!;
    const isFull = row.length >= rowRecords || chars + sizes[at]! > rowChars;
    if (isFull && row.length > 0) {
      rows.push([record]);
      chars = sizes[at]!;
    } else {
      row.push(record);
      chars += sizes[at]!;
    }
  }
  return rows;
}
