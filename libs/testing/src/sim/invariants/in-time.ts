/** Nothing comes late once it is calm: what is due of a task, and the dispatch of what is ready. */
import type { PlanEvent } from '@waybill/contracts';
import type { PlanCommit } from '@waybill/storage';
import type { Calm } from '../calm.ts';
import type { Circumstances } from '../circumstances.ts';
import type { ParsedEvents } from '../parsed-events.ts';
import { Credits } from './credits.ts';
import { breach, firstBreach, type Breach, type Invariant } from './invariant.ts';
import { isEnd } from './plan-logs.ts';
import { TaskView } from './task-view.ts';

/** A bucket of the calendar, the batch that runs just then, and the way to the store. */
const boundMs = 500;
/** With a slow store each plan may have to be loaded and put down again before its turn comes. */
const waysToStore = 100;

export function inTime(calm: Calm, { config, storeMs }: Circumstances, parsed: ParsedEvents): Invariant {
  const mostMs = boundMs + waysToStore * storeMs;
  const tasks = new Map<string, TaskView>();
  const partitions = new Map<number, Credits>();
  return {
    promise:
      'Once it is calm a deadline, a time-out and a retry are seen to as soon as the clock of the owner says so, and a ready step is handed out as soon as there are credits.',
    onCommit(commit) {
      const { partition } = commit.fence;
      const credits = partitions.get(partition) ?? new Credits(config.openActivations);
      partitions.set(partition, credits);
      return firstBreach(commit.events, ({ planId, message }) => {
        const task = tasks.get(planId) ?? new TaskView();
        tasks.set(planId, task);
        return look({ calm, mostMs, task, credits, planId, event: parsed.of(message.value as string), commit });
      });
    },
  };
}

interface Look {
  readonly calm: Calm;
  readonly mostMs: number;
  readonly task: TaskView;
  readonly credits: Credits;
  readonly planId: string;
  readonly event: PlanEvent;
  readonly commit: PlanCommit;
}

function look(seen: Look): Breach | undefined {
  const { calm, task, credits, planId, event, commit } = seen;
  const late = overdue(seen) ?? unserved(seen);
  const before = task.atWork.size;
  task.follow(event, { now: calm.now, ownerNow: calm.clockOf(processOf(commit)) });
  credits.change(task.atWork.size - before, calm.now);
  return late === undefined ? undefined : breach(planId, late);
}

/** Whatever happens to a task shows what should have happened before. */
function overdue({ calm, mostMs, task, event, commit }: Look): string | undefined {
  for (const [step, dueAt] of task.dues) {
    const lateMs = calm.lateMs(processOf(commit), dueAt);
    if (lateMs <= mostMs) continue;
    return `${event.type} came ${lateMs.toFixed(0)} ms after ${step === '' ? 'the deadline of the task' : `step ${step} was due`}`;
  }
  return undefined;
}

function unserved({ calm, mostMs, task, credits, event, commit }: Look): string | undefined {
  if (task.mayWaitForTokens) return undefined;
  for (const [step, { since, retryAt = -Infinity }] of task.ready) {
    const isShown = isEnd(event) || (event.type === 'StepDispatched' && event.data.step_id === step);
    if (!isShown) continue;
    const waitedMs = Math.min(calm.lateMs(processOf(commit), retryAt), calm.now - since, calm.now - credits.freeSince);
    if (waitedMs > mostMs)
      return `${event.type} came when ${step} had waited for ${waitedMs.toFixed(0)} ms though there were credits`;
  }
  return undefined;
}

/** Commits are named after the process. */
const processOf = ({ commitId }: PlanCommit): string => commitId.slice(0, commitId.indexOf('/'));
