/**
 * A task's events as lines for a terminal, one event at most one or a few lines, in the order they happened.
 * Promise: it shows what the events say and nothing else; an event it does not know is shown by its type.
 */
import type { PlanEvent } from '@waybill/contracts';
import { foreignLine } from './foreign-text.ts';
import { duration, shorten, style } from './style.ts';

const width = 100;

export class TaskProgress {
  private readonly begun = new Map<string, number>();
  /** What each search that is under way asked, by step and ordinal. */
  private readonly asked = new Map<string, string>();
  private startedAt = 0;

  /** Lines without line ends. */
  linesFor(event: PlanEvent): string[] {
    const at = Date.parse(event.time);
    switch (event.type) {
      case 'TaskAccepted':
        this.startedAt = at;
        return [];
      case 'PlanCreated':
        return event.data.steps.map(
          ({ step_id: step, reason }, index) =>
            `  ${index + 1}. ${style.name(foreignLine(step))}  ${style.faint(shorten(reason, width))}`,
        );
      case 'StepDispatched':
        this.begun.set(event.data.step_id, this.begun.get(event.data.step_id) ?? at);
        return event.data.turn === 0
          ? [line('▸', event.data.step_id, event.data.epoch > 1 ? `attempt ${event.data.epoch}` : 'started')]
          : [];
      case 'StepSuspended':
        return event.data.calls.map(({ ordinal, call }) => {
          this.asked.set(`${event.data.step_id} ${ordinal}`, queryOf(call.input));
          return line(
            '·',
            event.data.step_id,
            `${foreignLine(call.kind)} ${shorten(JSON.stringify(call.input), width - 30)}`,
          );
        });
      case 'CallCompleted': {
        const { step_id: step, ordinal, observation } = event.data;
        return [line('·', step, `${observed(observation)}${this.asked.get(`${step} ${ordinal}`) ?? ''}`)];
      }
      case 'CallFailed':
        return [line('·', event.data.step_id, style.bad(foreignLine(event.data.error.detail)))];
      case 'StepCompleted':
        return [line(style.good('✓'), event.data.step_id, duration(at - (this.begun.get(event.data.step_id) ?? at)))];
      case 'StepRetryScheduled':
        return [
          line(
            style.bad('↻'),
            event.data.step_id,
            `${foreignLine(event.data.error.detail)} (again in ${duration(event.data.retry_at - at)})`,
          ),
        ];
      case 'StepFailed':
        return [line(style.bad('✗'), event.data.step_id, style.bad(foreignLine(event.data.error.detail)))];
      case 'TaskCompleted':
        return ['', `${style.good('completed')} in ${duration(at - this.startedAt)}, ${tokens(event.data.usage)}`];
      case 'TaskFailed':
        return ['', `${style.bad('failed')} (${event.data.error.code}): ${foreignLine(event.data.error.detail)}`];
      case 'TaskCancelled':
        return ['', `${style.bad('cancelled')}: ${foreignLine(event.data.reason)}`];
    }
  }
}

const line = (mark: string, step: string, text: string): string =>
  `  ${mark} ${style.name(foreignLine(step).padEnd(10))} ${text}`;

const tokens = (usage: { prompt_tokens: number; completion_tokens: number; steps: number }): string =>
  `${usage.steps} ${usage.steps === 1 ? 'activation' : 'activations'}, ${usage.prompt_tokens + usage.completion_tokens} tokens`;

/** As it follows on what was found. */
const queryOf = (input: unknown): string =>
  typeof input === 'object' && input !== null && 'query' in input && typeof input.query === 'string'
    ? style.faint(`  ${shorten(input.query, width - 40)}`)
    : '';

function observed(observation: unknown): string {
  const hits =
    typeof observation === 'object' && observation !== null && 'hits' in observation ? observation.hits : undefined;
  if (!Array.isArray(hits)) return 'answered';
  return hits.length === 1 ? 'found 1 passage' : `found ${hits.length} passages`;
}
