/** A stream whose memory, store and client a spec holds in its hand. */
import type { Clock } from '@waybill/messaging';
import { LiveTasks } from '../domain/live-tasks.ts';
import { TaskStream, type StreamSink, type StreamSource, type StreamStart } from '../use-cases/task-stream.ts';

export const text = (seq: number, type = 'StepDispatched', data: object = {}): string =>
  JSON.stringify({ seq, type, time: 't', data });
export const typeAt = (seq: number, last: number): string => (seq === last ? 'TaskCompleted' : 'StepDispatched');

class Client implements StreamSink {
  out = '';
  state: 'open' | 'ended' | 'cut' = 'open';
  takes = true;
  begin(): void {}
  write(frames: string): boolean {
    this.out += frames;
    return this.takes;
  }
  end(frames: string): void {
    this.out += frames;
    this.state = 'ended';
  }
  cut(): void {
    this.state = 'cut';
  }
  get ids(): string[] {
    return [...this.out.matchAll(/^id: (.*)$/gm)].map((match) => match[1]!);
  }
  get events(): string[] {
    return [...this.out.matchAll(/^event: (.*)$/gm)].map((match) => match[1]!);
  }
}

export interface StreamSetUp {
  readonly clock: Clock;
  readonly start?: Partial<StreamStart>;
  readonly sliceChars?: number;
}

/** A stream of task `a`, a memory that the spec fills, and a store. */
export function setUpStream({ clock, start = {}, sliceChars = 1_000_000 }: StreamSetUp) {
  const tasks = new LiveTasks(1e6);
  const client = new Client();
  const holes: number[] = [];
  const over: TaskStream[] = [];
  const store: { texts: string[]; fails: boolean } = { texts: [], fails: false };
  const source: StreamSource = {
    clock,
    stallMs: 1_000,
    sliceChars,
    read: (_taskId, seq) =>
      store.fails ? Promise.reject(new Error('store')) : Promise.resolve(store.texts.slice(seq, seq + 3)),
    closed: (stream) => over.push(stream),
    onHole: (_taskId, seq) => holes.push(seq),
  };
  const open = (): TaskStream =>
    new TaskStream(tasks.watch('a'), client, source, { after: 0, tokens: false, ...start });
  const add = (seq: number, type = 'StepDispatched', data: object = {}): void =>
    void tasks.apply('a', type, text(seq, type, data));
  const token = (offset: number, epoch = 1, turn = 0): void =>
    tasks.addToken('a', { step_id: 's', work_id: 'w', epoch, turn, index: offset, text: `t${offset}`, offset });
  return { tasks, client, holes, over, store, open, add, token };
}
