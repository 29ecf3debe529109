/** Which Node runs a target, and which warnings it hides. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledNode, isKnownWarning } from './launch.mjs';

const warning = (name: string, message: string) => Object.assign(new Error(message), { name });

it('hides the two experiments that are chosen on purpose', () => {
  expect(isKnownWarning(warning('ExperimentalWarning', 'SQLite is an experimental feature'))).toBe(true);
  expect(isKnownWarning(warning('ExperimentalWarning', 'Type Stripping is an experimental feature'))).toBe(true);
});

it('tells every other warning', () => {
  expect(isKnownWarning(warning('ExperimentalWarning', 'The Foo API is experimental'))).toBe(false);
  expect(isKnownWarning(warning('DeprecationWarning', 'SQLite'))).toBe(false);
  expect(isKnownWarning(warning('MaxListenersExceededWarning', 'leak'))).toBe(false);
});

it('says how to mend an install whose Node was not unpacked', () => {
  const root = mkdtempSync(join(tmpdir(), 'waybill-launch-'));
  try {
    expect(() => bundledNode(root)).toThrow(/npm rebuild node --ignore-scripts=false/);
  } finally {
    rmSync(root, { recursive: true });
  }
});
