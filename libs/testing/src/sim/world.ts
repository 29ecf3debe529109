/**
 * One world from one seed: a log, a store, orchestrators, agents and clients, and what goes wrong between them.
 * Promises: the same seed gives the same history to the letter; after a while faults stop, and everything must come to rest.
 */
import { agentQueue, searchQueue, workTopic, type Failure, type IncomingMessage } from '@waybill/contracts';
import { PlanRecord } from '../memory-plan-record.ts';
import { Answers } from './answers.ts';
import { Broker } from './broker.ts';
import { Calm } from './calm.ts';
import { drawCircumstances, type Circumstances } from './circumstances.ts';
import { Faults } from './faults.ts';
import { History } from './history.ts';
import { noteRecord } from './history-lines.ts';
import { Watch, type Violation } from './invariants/watch.ts';
import { Pace } from './pace.ts';
import { noBug, type PlantedBug } from './planted-bugs.ts';
import { Poison } from './poison.ts';
import { SeededRandom } from './seeded-random.ts';
import { startAgents } from './sim-agents.ts';
import { SimClients } from './sim-clients.ts';
import { Timeline } from './sim-clock.ts';
import { SimGroup } from './sim-group.ts';
import { SimLog, type AppendFaults } from './sim-log.ts';
import { startOrchestrator } from './sim-orchestrator.ts';
import { Life } from './sim-process.ts';
import { SimulatedNode, type Service } from './simulated-node.ts';
import { agents, longestMs, planTasks } from './workload.ts';

const publisherFaults: AppendFaults = { prefix: 'publishing of a prefix', unanswered: 'append without answer' };

export class World {
  readonly timeline = new Timeline();
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly history = new History(() => this.timeline.elapsedMs);
  readonly watch: Watch;
  taskCount = 0;
  private readonly circumstances: Circumstances;
  private readonly calm = new Calm(this.timeline);
  private readonly poison: Poison;
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
    this.circumstances = drawCircumstances(this.random.fork());
    const { circumstances, faults, calm } = this;
    this.poison = new Poison({ circumstances, faults, calm, random: this.random.fork() });
    this.broker = new Broker(this.timeline, this.random.int(2, 3));
    this.record = new PlanRecord((commit) => this.watch.onCommit(commit));
    const gateway = new Life('gateway', this, this.random.fork(), {
      aheadMs: circumstances.gatewayAheadMs,
      setByMs: 0,
    });
    this.clients = new SimClients(gateway, this.logFor(gateway));
    const { broker, record, answers, poison } = this;
    const { acknowledged } = this.clients;
    this.watch = new Watch({ broker, record, answers, acknowledged, calm, poison, circumstances });
    broker.watch((written) => this.see(written));
    this.build();
  }

  /** Answers what was broken first, if anything was. */
  async run(): Promise<Violation | undefined> {
    const faultyMs = this.random.between(2_500, 5_000);
    const { habits, gatewayAheadMs, isSlow } = this.circumstances;
    const tasks = planTasks(this.random.fork(), this.timeline.now + gatewayAheadMs, faultyMs * 0.7, habits);
    this.taskCount = tasks.length;
    for (const node of this.nodes) node.boot();
    this.clients.begin(tasks);
    this.timeline.after(faultyMs, () => this.calmDown());
    const tasksMs = isSlow ? tasks.reduce((sum, task) => sum + longestMs(task), 0) : 0;
    const pace = new Pace(this.timeline, this.watch);
    while (!this.watch.violation && (await this.timeline.step())) pace.check(faultyMs, tasksMs + this.clocksSetMs);
    if (!this.watch.violation) this.watch.atRest();
    return this.watch.violation;
  }

  private build(): void {
    const { record, bug, answers, random, circumstances, poison } = this;
    const parts = { record, circumstances, poison, bug, refused: (why: Failure) => this.refused(why) };
    const served = Object.keys(agents).filter((agent) => agent !== circumstances.deadAgent);
    const queues = [...served.map(agentQueue), searchQueue].map(workTopic);
    const orchestrators = random.int(2, 3);
    for (let index = 1; index <= orchestrators; index += 1) {
      this.addNode(`orchestrator-${index}`, (life) => {
        this.calm.know(life);
        return startOrchestrator({ life, log: this.logFor(life, publisherFaults), ...parts });
      });
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
    this.calm.begin();
    for (const node of this.nodes) node.heal();
  }

  /** It is decided again, which takes its time. */
  private refused({ code, detail }: Failure): void {
    const isOwn = code !== 'fenced'; // an owner may learn late that another has had the partition for a moment
    if (isOwn && this.calm.commitsHold)
      this.watch.report('Once faults are long over the store refuses no commit of an owner.', { detail });
    this.calm.disturb();
  }

  /** So much longer than usual something may wait. */
  private get clocksSetMs(): number {
    return this.nodes.reduce((sum, { machine }) => sum + machine.setByMs, 0);
  }

  private see(record: IncomingMessage): void {
    noteRecord(this.history, record);
    this.watch.onRecord(record);
  }
}
