/** One history from one seed: tasks, gateways that come and go, clients that follow and read, and faults that end. */
import { InMemoryMessageLog, SeededRandom, Timeline } from '@waybill/testing';
import { topics } from '@waybill/contracts';
import { checkMemory } from './memory-check.ts';
import { Follower } from './follower.ts';
import { Orchestration } from './orchestration.ts';
import { Reader } from './reader.ts';
import { Judge } from './record.ts';
import { SimulatedGateway, type Database } from './simulated-gateway.ts';
import { circumstancesOf, Surroundings } from './surroundings.ts';

/** While tasks are submitted, clients come and faults occur. */
const busyMs = 40_000;
/** A quiet stream looks into the store with its first, second, fourth, ... heartbeat. */
const calmMs = 15_000 * 40;

export class History {
  readonly judge = new Judge(() => `${Math.round(this.timeline.elapsedMs)} ms`);
  readonly timeline = new Timeline();
  private readonly random: SeededRandom;
  private readonly around: Surroundings;
  private readonly orchestration: Orchestration;
  private readonly gateways: SimulatedGateway[] = [];
  private readonly followers: Follower[] = [];
  private readonly reader: Reader;
  private ids = 0;

  constructor(
    seed: number,
    private readonly database: Database,
  ) {
    this.random = new SeededRandom(seed);
    const circumstances = circumstancesOf(this.random.fork());
    const { timeline } = this;
    const chance = this.random.fork();
    const log = new InMemoryMessageLog({
      clock: { now: () => Math.floor(timeline.now), after: (ms, work) => timeline.after(ms, work) },
      schedule: (deliver) => timeline.after(chance.between(0, 2), deliver),
      partitions: circumstances.partitions,
      maxBatch: chance.int(1, 20),
    });
    this.around = new Surroundings(timeline, this.random.fork(), log, circumstances);
    this.reader = new Reader(this.judge, this.around, () => this.pickGateway());
    this.orchestration = new Orchestration(this.around, this.judge, (task) => this.reader.readSoon(task));
  }

  get circumstances(): object {
    return this.around.circumstances;
  }

  async run(): Promise<void> {
    const { circumstances } = this.around;
    await this.orchestration.start();
    for (let n = 1; n <= circumstances.gateways; n += 1) this.timeline.after(0, () => this.begin(`gateway-${n}`));
    for (let n = 0; n < circumstances.tasks; n += 1) this.submit();
    for (let n = 0; n < 60; n += 1) this.plan(() => this.reader.readSomething());
    if (circumstances.faults > 0) for (let n = this.random.int(1, 6); n > 0; n -= 1) this.plan(() => void this.harm());
    await this.until(busyMs, () => false);
    this.around.hasFaults = false;
    await this.until(busyMs, () => false); // what was refused is submitted once more
    await this.until(busyMs * 30, () => this.orchestration.open === 0);
    await this.until(calmMs, () => this.followers.every(({ isDone }) => isDone));
    for (const follower of this.followers) if (!follower.isDone) follower.say(`never ends, has ${follower.after}`);
    await this.until(20_000, () => false);
    if (this.judge.violation === undefined) await this.judgeEnd();
    for (const gateway of this.gateways) this.timeline.after(0, () => void gateway.die());
    await this.until(60_000, () => false);
  }

  private async until(ms: number, isOver: () => boolean): Promise<void> {
    let isPast = false;
    this.timeline.after(ms, () => (isPast = true));
    while (!isPast && !isOver() && this.judge.violation === undefined) if (!(await this.timeline.step())) return;
  }

  private plan(work: () => void): void {
    this.timeline.after(this.random.between(0, busyMs), work);
  }

  private begin(name: string): void {
    const gateway = new SimulatedGateway({
      name,
      around: this.around,
      database: this.database,
      judge: this.judge,
      newId: () => this.newId(),
      onTail: (self, batch) => {
        for (const { key, topic, value } of batch.records)
          if (topic === topics.planEvents) this.heard(self, key, String(value));
        this.check(self);
      },
    });
    this.gateways.push(gateway);
    void gateway.start();
  }

  private heard(gateway: SimulatedGateway, taskId: string, text: string): void {
    const { seq } = JSON.parse(text) as { seq: number };
    for (const { connection, parts } of this.followers)
      if (parts.task.taskId === taskId && connection?.gateway === gateway) connection.heard(seq);
  }

  private check(gateway: SimulatedGateway): void {
    const problem = checkMemory(gateway.live, [...this.judge.records.keys()], this.around.circumstances.liveBytes);
    if (problem) this.judge.report(`${gateway.name}: ${problem}`);
  }

  private pickGateway(): SimulatedGateway | undefined {
    return this.gateways.length === 0 ? undefined : this.random.pick(this.gateways);
  }

  /** Half of them with a key, which may come again, to whatever gateway, also when its task is long over. */
  private submit(): void {
    const key = this.random.chance(0.5) ? `key-${(this.ids += 1)}` : undefined;
    this.plan(() => void this.submitTo(this.pickGateway(), key));
  }

  private async submitTo(gateway: SimulatedGateway | undefined, key?: string, known?: string): Promise<void> {
    const taskId = await gateway?.submit('goal', key).catch(() => undefined);
    const again = (ms: number): void =>
      void this.timeline.after(ms, () => void this.submitTo(this.pickGateway(), key, taskId ?? known));
    if (taskId === undefined) return key === undefined ? undefined : again(1_000);
    if (known === undefined) this.follow(taskId);
    else if (taskId !== known) this.judge.report(`the key ${key} is ${taskId} and was ${known}`);
    if (key !== undefined && this.random.chance(0.5)) again(this.random.between(0, busyMs / 2));
  }

  private follow(taskId: string): void {
    const task = this.judge.of(taskId);
    const { followers, paceMs } = this.around.circumstances;
    for (let n = this.random.int(0, followers); n > 0; n -= 1) {
      const follower = new Follower({
        name: `follower ${this.followers.length + 1}`,
        task,
        judge: this.judge,
        around: this.around,
        wantsTokens: this.random.chance(0.6),
        isSlow: this.random.chance(0.2),
        pickGateway: () => this.pickGateway(),
      });
      this.followers.push(follower);
      this.timeline.after(this.random.between(0, this.random.pick([5, paceMs * 5, busyMs])), () => follower.connect());
      if (this.random.chance(0.5)) this.plan(() => follower.disconnect());
    }
  }

  private async harm(): Promise<void> {
    const gateway = this.pickGateway();
    if (!this.gateways.every(({ isStarted }) => isStarted) || !gateway) return;
    const kind = this.random.pick(['die', 'die', 'restart', 'expel', 'positions back']);
    this.judge.count(kind);
    if (kind === 'restart' || kind === 'expel') return gateway.restartProjection(kind === 'restart');
    if (kind === 'positions back') {
      await this.database.sql.transact([
        { sql: `UPDATE projection_offsets SET next_offset = CAST(next_offset / 2 AS INTEGER)`, params: [] },
      ]);
      await Promise.all(this.gateways.map((one) => one.restartProjection(true)));
      return;
    }
    this.gateways.splice(this.gateways.indexOf(gateway), 1);
    for (const follower of this.followers) if (follower.connection?.gateway === gateway) follower.disconnect();
    this.judge.forget(gateway.name);
    await gateway.die();
    this.timeline.after(this.random.between(0, 5_000), () => this.begin(gateway.name));
  }

  private newId(): string {
    this.ids += 1;
    const time = Math.floor(this.timeline.now).toString(16).padStart(12, '0');
    const { taskId } = this.judge.of(
      `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${this.ids.toString(16).padStart(12, '0')}`,
    );
    return taskId;
  }

  private async judgeEnd(): Promise<void> {
    let left = this.gateways.length;
    for (const gateway of this.gateways)
      this.timeline.after(0, () => void this.reader.readAll(gateway).then(() => (left -= 1)));
    await this.until(600_000, () => left === 0);
    if (left > 0) this.judge.report('the last reads never end');
    for (const gateway of this.gateways) {
      this.check(gateway);
      if (gateway.follow.openStreams > 0)
        this.judge.report(`${gateway.name} keeps ${gateway.follow.openStreams} streams`);
      for (const taskId of this.judge.records.keys())
        if ((gateway.live.find(taskId)?.watchers.size ?? 0) > 0) this.judge.report(`${gateway.name} keeps a watcher`);
    }
  }
}
