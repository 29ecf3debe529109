/** Who takes tasks in and says what happens to them: each event once at least, in order; some again, at once or long after. */
import { defaultOwner, encodeMessage, topics, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import type { SeededRandom } from '@waybill/testing';
import type { SubmittedTask } from '../../domain/task-fold.ts';
import { madeAt } from '../../domain/task-id.ts';
import { madeUpLife, type Piece } from './made-up-lives.ts';
import type { Judge, TaskRecord } from './record.ts';
import type { Surroundings } from './surroundings.ts';

const longestAgainMs = 30_000;

export class Orchestration {
  /** Tasks that have begun and not ended. */
  open = 0;
  private readonly said = new Map<string, OutgoingMessage[]>();
  private readonly random: SeededRandom;

  constructor(
    private readonly around: Surroundings,
    private readonly judge: Judge,
    /** Some of what was said of the task was said once more. */
    private readonly onAgain: (task: TaskRecord) => void,
  ) {
    this.random = around.random.fork();
  }

  async start(): Promise<void> {
    await this.around.log.tail({
      topics: [topics.taskRequests],
      from: 'start',
      onRecords: ({ records }) => {
        for (const record of records) this.takeIn(record);
      },
    });
  }

  private takeIn({ key, value }: IncomingMessage): void {
    const task = this.judge.of(key);
    if (task.isOnLog) return;
    task.isOnLog = true;
    task.submitted = JSON.parse(String(value)) as SubmittedTask;
    this.open += 1;
    const isLong = this.around.circumstances.isLong && this.random.chance(0.3);
    this.goOn(task, madeUpLife(key, this.random.fork(), isLong));
  }

  private goOn(task: TaskRecord, pieces: Piece[]): void {
    const { timeline, circumstances } = this.around;
    const isLong = pieces.length > 300;
    timeline.after(this.random.between(0, isLong ? Math.min(20, circumstances.paceMs) : circumstances.paceMs), () => {
      const batch = pieces.splice(0, this.random.int(1, isLong ? 60 : 4));
      this.say(task, batch);
      if (pieces.length > 0) this.goOn(task, pieces);
      else this.open -= 1;
    });
  }

  private say(task: TaskRecord, batch: readonly Piece[]): void {
    const events: OutgoingMessage[] = [];
    for (const piece of batch) {
      if ('event' in piece) events.push(this.event(task, piece.event));
      else this.sayToken(task, piece);
    }
    if (events.length > 0) this.append(events);
    const said = this.said.get(task.taskId) ?? [];
    said.push(...events);
    this.said.set(task.taskId, said);
    if (this.random.chance(this.around.circumstances.again)) this.append(events);
    this.sayAgain(task, said, this.around.circumstances.again);
  }

  private event(task: TaskRecord, { type, data }: { type: string; data: unknown }): OutgoingMessage {
    const before = task.events.at(-1);
    const at = Math.max(this.around.clock.now(), (before ? Date.parse(before.time) : madeAt(task.taskId)) + 1);
    const time = new Date(at).toISOString();
    const seq = task.last + 1;
    const place = { topic: topics.planEvents, key: task.taskId, name: type };
    const meta = { id: `${task.taskId}/${seq}`, source: 'orchestrator', time, owner: defaultOwner };
    const message = encodeMessage(place, { seq, type, time, data }, meta);
    task.add(String(message.value));
    return message;
  }

  private sayToken(task: TaskRecord, { token, isLate }: Extract<Piece, { token: unknown }>): void {
    const { work_id, epoch, turn, index, text } = token;
    task.tokens.set(`${work_id}/${epoch}.${turn}.${index}`, text);
    const meta = { id: `${work_id}/${epoch}.${turn}.${index}`, source: 'node', time: '', owner: defaultOwner };
    const message = encodeMessage({ topic: topics.taskTokens, key: task.taskId, name: 'TokenChunk' }, token, meta);
    this.around.timeline.after(isLate ? this.around.circumstances.paceMs * 2 : 0, () => this.append([message]));
    this.sayAgain(task, [message], this.around.circumstances.again / 2);
  }

  /** What somebody sends who wakes up late: some of what was said by then, in order. */
  private sayAgain(task: TaskRecord, said: readonly OutgoingMessage[], probability: number): void {
    if (!this.random.chance(probability)) return;
    this.around.timeline.after(this.random.between(0, this.random.pick([10, 1_000, longestAgainMs])), () => {
      const from = this.random.chance(0.5) ? 0 : this.random.int(0, said.length - 1);
      this.append(said.slice(from, this.random.int(from, said.length - 1) + 1));
      this.onAgain(task);
    });
  }

  private append(messages: readonly OutgoingMessage[]): void {
    if (messages.length > 0) void this.around.log.append(messages);
  }
}
