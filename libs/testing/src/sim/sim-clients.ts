/**
 * Clients behind a gateway that never dies but sees the log fail: it sends a request again until the log has taken it, and repeats
 * some though it has. What it was told is what the invariants hold the orchestrator to.
 */
import { encodeMessage, topics, type OutgoingMessage, type WhoseData } from '@waybill/contracts';
import type { SimLog } from './sim-log.ts';
import type { Life } from './sim-process.ts';
import type { PlannedTask } from './workload.ts';

export interface Acknowledged {
  readonly submitted: Set<string>;
  /** Command id by the task that it cancels. */
  readonly cancels: Map<string, string>;
}

/** Each task has a tenant of its own. */
export const submitterOf = (taskId: string): WhoseData => ({ tenant: `tenant of ${taskId}`, subject: 'somebody' });

export class SimClients {
  readonly acknowledged: Acknowledged = { submitted: new Set(), cancels: new Map() };

  constructor(
    private readonly life: Life,
    private readonly log: SimLog,
  ) {}

  /** Everything that the clients will do, from now on. */
  begin(tasks: readonly PlannedTask[]): void {
    const { clock, random, world } = this.life;
    for (const { request, submitAfterMs, cancelAfterMs } of tasks) {
      const message = this.message(request.task_id, 'SubmitTask', request, `${request.task_id}/submit`);
      const submit = async (): Promise<void> => {
        await this.produce(message);
        this.acknowledged.submitted.add(request.task_id);
      };
      clock.after(submitAfterMs, () => void submit());
      if (world.faults.hits('repeated submission'))
        clock.after(submitAfterMs + random.between(0, 3_000), () => void submit());
      if (world.faults.hits('record nobody can read'))
        clock.after(submitAfterMs + random.between(0, 500), () => void this.produce(this.rubbish(message)));
      if (cancelAfterMs !== undefined) clock.after(Math.max(0, cancelAfterMs), () => void this.cancel(request.task_id));
    }
  }

  private async cancel(task_id: string): Promise<void> {
    const command_id = `${task_id}/cancel`;
    this.acknowledged.cancels.set(command_id, task_id);
    const body = {
      type: 'CancelTask',
      task_id,
      reason: 'the client asked',
      reply_to: { instance: 'gateway', command_id },
    };
    await this.produce(this.message(task_id, 'CancelTask', body, command_id));
  }

  /** Until it was taken. */
  private async produce(message: OutgoingMessage): Promise<void> {
    for (;;) {
      try {
        await this.log.append([message]);
        return;
      } catch {
        await new Promise<void>((resolve) => void this.life.clock.after(this.life.random.between(1, 200), resolve));
      }
    }
  }

  private message(key: string, name: string, body: unknown, id: string): OutgoingMessage {
    const time = new Date(this.life.clock.now()).toISOString();
    return encodeMessage({ topic: topics.taskRequests, key, name }, body, {
      id,
      source: 'gateway',
      time,
      owner: submitterOf(key),
    });
  }

  private rubbish(message: OutgoingMessage): OutgoingMessage {
    const topic = this.life.random.pick([topics.taskRequests, topics.taskResults]);
    return {
      ...message,
      topic,
      headers: { ...message.headers, ce_id: `${message.headers['ce_id']}/rubbish` },
      value: '{"type":',
    };
  }
}
