import { expect, it } from 'vitest';
import { assignmentIn, shares } from './co-partitioning.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
const topics = new Map([
  ['task.requests', numbers(12)],
  ['task.results', numbers(12)],
]);

it.each([1, 2, 3, 5, 12, 20])('gives each number of all topics to one of %i members, evenly', (count) => {
  const members = new Map(numbers(count).map((nth) => [`member-${nth}`, [...topics.keys()]]));
  const assigned = shares(members, topics);
  for (const [, { 'task.requests': requests, 'task.results': results }] of assigned) expect(requests).toEqual(results);
  const sizes = assigned.map(([, assignment]) => (assignment['task.requests'] ?? []).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(12);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
});

it('does not give all topics of one partition to the same member', () => {
  const single = new Map(
    ['replies', 'registry', 'document.requests', 'tasks.knowledge.search', 'task.signals'].map((name) => [name, [0]]),
  );
  const assigned = shares(new Map(['a', 'b'].map((id) => [id, [...single.keys()]])), single);
  expect(assigned.every(([, assignment]) => Object.keys(assignment).length > 0)).toBe(true);
});

it('gives a topic only to those who read it', () => {
  const readers = new Map([
    ['echo-node', ['tasks.agent.echo']],
    ['both', ['tasks.agent.echo', 'tasks.agent.writer']],
    ['writer-node', ['tasks.agent.writer']],
  ]);
  const work = new Map([...readers.get('both')!].map((topic) => [topic, numbers(4)]));
  const assigned = new Map(shares(readers, work));
  expect(assigned.get('echo-node')).toEqual({ 'tasks.agent.echo': [1, 3] });
  expect(assigned.get('writer-node')).toEqual({ 'tasks.agent.writer': [1, 3] });
  expect(assigned.get('both')).toEqual({ 'tasks.agent.echo': [0, 2], 'tasks.agent.writer': [0, 2] });
});

it('assigns nothing to who is told nothing', () => {
  expect(assignmentIn(Buffer.alloc(0))).toEqual({});
});
