/** How a run of nx is judged, and that nx knows the order in which the packages are built. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listWorkspaces, rootDir } from '../workspaces.mjs';
import { judge, lineOf, type Task } from './stages.mjs';

const stage = { name: 'build', target: 'build', tasks: ['a:build', 'b:build'] };
const task = (taskId: string, more: Partial<Task> = {}): Task => ({
  taskId,
  target: 'build',
  status: 0,
  cacheStatus: 'cache-miss',
  hash: '1',
  startTime: '2026-01-01T00:00:00.000Z',
  endTime: '2026-01-01T00:00:01.500Z',
  ...more,
});

it('passes when every task ended with 0', () => {
  expect(lineOf(judge(stage, [task('a:build'), task('b:build'), task('c:lint', { status: 1 })]))).toBe(
    'build       ok      1.5 s',
  );
});

it('says that nothing had to be run', () => {
  const hit = { cacheStatus: 'local-cache-hit' };
  expect(lineOf(judge(stage, [task('a:build', hit), task('b:build', hit)]))).toBe('build       ok      cached');
});

it('fails with one task', () => {
  expect(judge(stage, [task('a:build'), task('b:build', { status: 2 })])).toMatchObject({ passed: false });
});

it('fails when a task was never run, for instance because nx did not start', () => {
  expect(lineOf(judge(stage, [task('a:build')]))).toBe('build       FAILED  1.5 s  not run: b:build');
  expect(judge(stage, [])).toMatchObject({ passed: false, cached: false });
});

it.each(listWorkspaces().map(({ dir, manifest }) => [dir, manifest] as const))(
  '%s is built after what its tsconfig refers to',
  (dir, manifest) => {
    const text = readFileSync(join(rootDir, dir, 'tsconfig.json'), 'utf8');
    const { references = [] } = JSON.parse(text) as { references?: { path: string }[] };
    const referred = references.map(({ path }) => `@waybill/${path.split('/').at(-1)}`);
    const known: string[] = manifest.nx?.implicitDependencies ?? [];
    expect(known.toSorted()).toEqual(referred.toSorted());
  },
);
