/**
 * Which Node is running, and is it enough.
 * Promise: runs on any Node that can load an ES module, so that an old one gets a sentence and not a stack.
 */

/** What the bootstrap itself needs. */
export const oldest = '20.0.0';
/** What Waybill needs: node:sqlite, OpenTelemetry, TypeORM 1.x, Vitest 5. */
export const wanted = '24.11.0';

/** @param {string} version @returns {[number, number, number]} `v24.11.0-rc.1` is `[24, 11, 0]` */
export function parseVersion(version) {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) throw new TypeError(`not a version: ${version}`);
  return [Number(major), Number(minor), Number(patch)];
}

/** @param {string} version @param {string} least */
export function isAtLeast(version, least) {
  const [left, right] = [parseVersion(version), parseVersion(least)];
  const differs = left.findIndex((part, index) => part !== right[index]);
  if (differs >= 0) return Number(left[differs]) > Number(right[differs]);
  return !version.includes('-') || least.includes('-'); // a pre-release comes before its release
}
