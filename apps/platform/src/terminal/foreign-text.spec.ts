/** What others wrote must not steer the terminal: the function itself, and every command that prints such text. */
import type { WaybillClient } from '@waybill/client';
import { PlatformError, type PlanEvent, type TaskView } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import type { Command, CommandContext } from '../commands/command.ts';
import { docs } from '../commands/docs.ts';
import { ask } from '../commands/sample.ts';
import { tasks } from '../commands/tasks.ts';
import { failureLine } from './failure.ts';
import { printAnswer } from './follow-task.ts';
import { foreignLine, foreignText } from './foreign-text.ts';
import { TaskProgress } from './task-progress.ts';

const evil = 'a\x1b]0;pwned\x07b\x9b2Jc\nd';
const shownInLine = String.raw`a\x1b]0;pwned\x07b\x9b2Jc d`;
/** Colours are ours; there is none in the text above. */
const stripOwnStyles = (line: string): string => line.replaceAll(/\p{Cc}\[\d+m/gu, '');
const usage = { prompt_tokens: 0, completion_tokens: 0, steps: 0 };
const step = { step_id: evil, work_id: 'p.1', epoch: 1, turn: 0 };
const error = { class: 'bug' as const, code: 'internal' as const, detail: evil };

describe('text of others', () => {
  it('shows control characters instead of sending them, and keeps lines and tabs', () => {
    expect(foreignText('a\tb\r\nc\x1b[31md\x7f\x85\0é🦘')).toBe('a\tb\nc\\x1b[31md\\x7f\\x85\\x00é🦘');
    expect(foreignText('over\rwritten')).toBe(String.raw`over\x0dwritten`);
  });

  it('is one line where a line is due', () => {
    expect(foreignLine('a\n  b\tc\r\nd\x1b')).toBe(String.raw`a b c d\x1b`);
  });

  it('never holds a control character', () => {
    const every = String.fromCharCode(...Array.from({ length: 0x300 }).keys());
    expect(foreignText(every)).not.toMatch(/(?![\n\t])\p{Cc}/u);
    expect(foreignLine(every)).not.toMatch(/\p{Cc}/u);
  });
});

describe('what is printed of it', () => {
  const printed = async (show: (print: (line: string) => void) => unknown): Promise<string> => {
    const lines: string[] = [];
    await show((line) => void lines.push(stripOwnStyles(line)));
    return lines.join('\n');
  };
  const call = (command: Command, client: object, ...args: string[]): Promise<string> =>
    printed((print) => command.run(args, { connect: async () => client, print } as unknown as CommandContext));

  it('by an answer, a search and a list of tasks', async () => {
    const answer = printed((print) => printAnswer({ status: 'completed', output: evil } as TaskView, print));
    expect(await answer).toContain(String.raw`  a\x1b]0;pwned\x07b\x9b2Jc` + '\n  d');
    const hits = [{ name: evil, place: evil, score: 1, text: evil }];
    const found = await call(docs, { search: async () => ({ hits }) }, 'search', 'x');
    expect(found).toContain(`${shownInLine}  ${shownInLine}`);
    expect(found).toContain(String.raw`  a\x1b]0;pwned\x07b\x9b2Jc` + '\n  d');
    const items = [{ task_id: 't', created_at: 'now', status: 'running', goal: evil }];
    expect(await call(tasks, { tasks: async () => ({ items }) })).toBe(`t  now  running     ${shownInLine}`);
  });

  it('by a question, in one line', async () => {
    const client = {
      submit: async () => ({ task_id: 't' }),
      async *follow() {},
      task: async () => ({ status: 'failed' }),
    } as unknown as WaybillClient;
    const asked = printed((print) => ask(client, { goal: evil, collection: undefined }, { print }));
    expect(await asked).toContain(`  ${shownInLine}`);
  });

  it('by the progress of a task', () => {
    const events: readonly PlanEvent['type'][] = ['CallFailed', 'StepRetryScheduled', 'StepFailed', 'TaskFailed'];
    const data = { ...step, ordinal: 0, error, usage, retry_at: 0 };
    const cancelled = { type: 'TaskCancelled', data: { reason: evil, usage } };
    const created = { type: 'PlanCreated', data: { steps: [{ step_id: evil, reason: evil }] } };
    const suspended = { type: 'StepSuspended', data: { ...step, calls: [{ call: { kind: 'tool', input: evil } }] } };
    for (const event of [...events.map((type) => ({ type, data })), cancelled, created, suspended]) {
      const lines = new TaskProgress().linesFor({ seq: 1, time: '1970-01-01', ...event } as unknown as PlanEvent);
      const shown = lines.map(stripOwnStyles).join('');
      expect([event.type, shown]).toEqual([event.type, expect.stringContaining('pwned')]);
      expect([event.type, shown]).toEqual([event.type, expect.not.stringMatching(/\p{Cc}/u)]);
    }
  });

  it('by an error', () => {
    const line = stripOwnStyles(failureLine(new PlatformError('invalid_request', { detail: evil })));
    expect(line).toBe(`waybill: ${shownInLine}`);
  });
});
