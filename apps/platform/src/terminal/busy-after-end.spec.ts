import { ApiError, type TaskFrame, type WaybillClient } from '@waybill/client';
import type { PlanEvent, TaskView } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { followTask } from './follow-task.ts';

const cancelled: PlanEvent = {
  seq: 2,
  type: 'TaskCancelled',
  time: '2026-05-04T10:00:00Z',
  data: { reason: 'enough', usage: { prompt_tokens: 0, completion_tokens: 0, steps: 1 } },
};
const problem = { type: 'x', title: 'x', status: 503, detail: 'x', code: 'unavailable', class: 'transient' } as const;

it('shows what became of a task whose view cannot be read just now', async () => {
  let failures = 1;
  const client = {
    async *follow(_id: string, { after }: { after: number }): AsyncGenerator<TaskFrame> {
      if (after < 2) yield { kind: 'event', event: cancelled };
    },
    async task(): Promise<Partial<TaskView>> {
      if (failures-- > 0) throw new ApiError(503, problem);
      return { status: 'cancelled' };
    },
  } as unknown as WaybillClient;
  expect(await followTask(client, 't', () => undefined)).toEqual({ status: 'cancelled' });
});

it('leaves a platform that is busy some time between two questions', async () => {
  let asked = 0;
  const client = {
    async *follow(_id: string, { after }: { after: number }): AsyncGenerator<TaskFrame> {
      if (after < 2) yield { kind: 'event', event: cancelled };
    },
    async task(): Promise<Partial<TaskView>> {
      asked += 1;
      if (asked < 50 && performance.now() - begun < 500) throw new ApiError(503, problem);
      return { status: 'cancelled' };
    },
  } as unknown as WaybillClient;
  const begun = performance.now();
  await followTask(client, 't', () => undefined);
  expect(asked).toBeLessThan(5);
});
