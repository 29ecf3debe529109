/** Numbers of a run: percentiles, calibration of the machine, a table for people. */
import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';

/** Nearest rank; `share` in (0, 1]. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export interface Calibration {
  /** 187 MB of SHA-256, ms: about 100 on a quiet machine. */
  readonly sha_ms: number;
  /** Writing and syncing 4 KB, ms. */
  readonly sync_p50_ms: number;
}

export function calibrate(folder: string): Calibration {
  const begun = performance.now();
  const hash = createHash('sha256');
  const block = Buffer.alloc(65_536, 1);
  for (let i = 0; i < 3_000; i += 1) hash.update(block);
  hash.digest();
  const shaMs = performance.now() - begun;
  const file = openSync(`${folder}/calibration`, 'w');
  const syncs: number[] = [];
  for (let i = 0; i < 100; i += 1) {
    const at = performance.now();
    writeSync(file, block, 0, 4_096);
    fdatasyncSync(file);
    syncs.push(performance.now() - at);
  }
  closeSync(file);
  rmSync(`${folder}/calibration`);
  return { sha_ms: round(shaMs), sync_p50_ms: round(percentile(syncs, 0.5)) };
}

/** Three significant digits are what these machines give. */
export const round = (value: number): number =>
  Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));

export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
