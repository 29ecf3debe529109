import { renameSync, writeFileSync } from 'node:fs';

/**
 * Written beside and renamed: nobody reads half of it, and in a copy of the folder whose files are hard links the other one's stays as it is.
 * @param {string} path @param {string} text
 */
export function writeStamp(path, text) {
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, text);
  renameSync(beside, path);
}
