/**
 * One world from one seed: a log, a store, orchestrators, agents and clients, and what goes wrong between them.
 * Promises: the same seed gives the same history to the letter; after a while faults stop, and everything must come to rest.
 */
import { agentQueue, searchQueue, workTopic, type IncomingMessage } from '@waybill/contracts';
import { PlanRecord } from '../memory-plan-record.ts';
import { Answers } from './answers.ts';
import { Broker } from './broker.ts';
import { Faults } from './faults.ts';
import { History } from './history.ts';
import { noteRecord } from './history-lines.ts';
import { Watch, type Violation } from './invariants/watch.ts';
import { noBug, type PlantedBug } from './planted-bugs.ts';
import { SeededRandom } from './seeded-random.ts';
import { startAgents } from './sim-agents.ts';
import { SimClients } from './sim-clients.ts';
import { Timeline } from './sim-clock.ts';
import { SimGroup } from './sim-group.ts';
import { SimLog, type AppendFaults } from './sim-log.ts';
import { startOrchestrator } from './sim-orchestrator.ts';
import { Life } from './sim-process.ts';
import { SimulatedNode, type Service } from './simulated-node.ts';
import { agents, planTasks } from './workload.ts';

/** Rest has to come within so much time, and so many happenings. */
const restWithinMs = 240_000;
const mostSteps = 300_000;

const publisherFaults: AppendFaults = { prefix: 'publishing of a prefix', unanswered: 'append without answer' };

export class World {
  readonly timeline = new Timeline();
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly history = new History(() => this.timeline.elapsedMs);
  readonly watch: Watch;
  taskCount = 0;
  private readonly broker: Broker;
  private readonly record: PlanRecord;
  private readonly answers = new Answers();
  private readonly groups = new Map<string, SimGroup>();
  private readonly nodes: SimulatedNode[] = [];
  private readonly clients: SimClients;

  constructor(
    readonly seed: number,
    private readonly bug: PlantedBug = noBug,
  ) {
    this.random = new SeededRandom(seed);
    this.faults = new Faults(this.random.fork());
    this.broker = new Broker(this.timeline, this.random.int(2, 3));
    this.record = new PlanRecord((commit) => this.watch.onCommit(commit));
    const gateway = new Life('gateway', this, this.random.fork(), 0);
    this.clients = new SimClients(gateway, this.logFor(gateway));
    const { broker, record, answers } = this;
    this.watch = new Watch({ broker, record, answers, acknowledged: this.clients.acknowledged });
    broker.watch((written) => this.see(written));
    this.build();
  }

  /** Answers what was broken first, if anything was. */
  async run(): Promise<Violation | undefined> {
    const faultyMs = this.random.between(2_500, 5_000);
    const tasks = planTasks(this.random.fork(), this.timeline.now, faultyMs * 0.7);
    this.taskCount = tasks.length;
    for (const node of this.nodes) node.boot();
    this.clients.begin(tasks);
    this.timeline.after(faultyMs, () => this.calmDown());
    while (!this.watch.violation && (await this.timeline.step())) this.checkTime(faultyMs);
    if (!this.watch.violation) this.watch.atRest();
    return this.watch.violation;
  }

  private build(): void {
    const { record, bug, answers, random } = this;
    const config = {
      plansInMemory: random.pick([1, 3, 10_000]),
      openActivations: random.pick([1, 3, 10_000]),
      snapshotEvery: random.pick([1, 1, 4, 200]),
    };
    const queues = [...Object.keys(agents).map(agentQueue), searchQueue].map(workTopic);
    const orchestrators = random.int(2, 3);
    for (let index = 1; index <= orchestrators; index += 1) {
      this.addNode(`orchestrator-${index}`, (life) =>
        startOrchestrator({ life, log: this.logFor(life, publisherFaults), record, config, bug }),
      );
    }
    for (let index = 1; index <= 2; index += 1) {
      this.addNode(`agents-${index}`, (life) => startAgents({ life, log: this.logFor(life), answers, queues }));
    }
  }

  private addNode(name: string, start: (life: Life) => Promise<Service>): void {
    const random = this.random.fork();
    const believedDead = (life: Life): void => {
      for (const group of this.groups.values()) group.expel(life);
    };
    const node = new SimulatedNode({ name, world: this, random, start, believedDead });
    this.nodes.push(node);
    const next = (): void => {
      if (this.faults.areOver) return;
      node.weather();
      this.timeline.after(random.between(50, 800), next);
    };
    this.timeline.after(random.between(50, 800), next);
  }

  private logFor(life: Life, faults?: AppendFaults): SimLog {
    return new SimLog(life, this.broker, (name) => this.groupOf(name), faults);
  }

  private groupOf(name: string): SimGroup {
    let group = this.groups.get(name);
    if (!group) this.groups.set(name, (group = new SimGroup(this.timeline, this.random.fork())));
    return group;
  }

  private calmDown(): void {
    this.history.note('world', 'nothing goes wrong from now on');
    this.faults.stop();
    for (const node of this.nodes) node.heal();
  }

  private checkTime(faultyMs: number): void {
    const { elapsedMs, steps } = this.timeline;
    if (elapsedMs < faultyMs + restWithinMs && steps < mostSteps) return;
    const detail = `${(elapsedMs - faultyMs).toFixed(0)} ms and ${steps} steps later something still happens`;
    const [planId] = [...this.watch.logs.plans.keys()].filter((id) => !this.watch.logs.endOf(id));
    this.watch.report(
      'After faults have stopped everything comes to rest.',
      planId === undefined ? { detail } : { detail, planId },
    );
  }

  private see(record: IncomingMessage): void {
    noteRecord(this.history, record);
    this.watch.onRecord(record);
  }
}
