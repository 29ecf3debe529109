import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { writeStamp } from './stamp.mjs';

it('leaves the stamp of a copy whose files are hard links as it is, and nothing beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-stamp-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [own, other] = [join(folder, 'own'), join(folder, 'other')];
  writeFileSync(other, 'before');
  linkSync(other, own);
  writeStamp(own, 'after');
  expect([readFileSync(own, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['after', 'before']);
  expect(readdirSync(folder)).toEqual(['other', 'own']);
});
