import type { TaskFrame, WaybillClient } from '@waybill/client';
import type { PlanEvent, TaskView } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { followTask, printAnswer } from './follow-task.ts';

const cancelled: PlanEvent = {
  seq: 2,
  type: 'TaskCancelled',
  time: '2026-05-04T10:00:00Z',
  data: { reason: 'enough', usage: { prompt_tokens: 0, completion_tokens: 0, steps: 1 } },
};

it('shows no event twice when the platform goes away between the last one and the task’s view', async () => {
  const asked: unknown[] = [];
  let failures = 1;
  const client = {
    async *follow(_id: string, { after }: { after: number }): AsyncGenerator<TaskFrame> {
      asked.push(after);
      if (after < 2) yield { kind: 'event', event: cancelled };
    },
    async task(): Promise<Partial<TaskView>> {
      if (failures-- > 0) throw new TypeError('fetch failed');
      return { status: 'cancelled' };
    },
  } as unknown as WaybillClient;
  const printed: string[] = [];
  expect(await followTask(client, 't', (line) => void printed.push(line))).toEqual({ status: 'cancelled' });
  expect(printed.filter((line) => line.includes('enough'))).toHaveLength(1);
  expect(asked).toEqual([0, 2]);
});

it('prints an answer indented, its empty lines empty', () => {
  const printed: string[] = [];
  const task = { status: 'completed', output: { answer: 'One.\n\nTwo.' } } as unknown as TaskView;
  printAnswer(task, (line) => void printed.push(line));
  expect(printed.slice(3)).toEqual(['  One.', '', '  Two.', '']);
});
