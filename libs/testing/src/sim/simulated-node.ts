/** A service that is started again whenever it has died. What it had in memory is gone by then. */
import type { FaultKind } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';
import { Life, type Machine, type Surroundings } from './sim-process.ts';

export interface Service {
  /** Leaves politely. */
  close(): Promise<void>;
}

export interface NodeParts {
  readonly name: string;
  readonly world: Surroundings;
  readonly random: SeededRandom;
  start(life: Life): Promise<Service>;
  /** The group takes note of a process that has been silent for too long. */
  believedDead(life: Life): void;
}

/** After so long without a sign of life a process counts as dead. */
const sessionMs = 400;

export class SimulatedNode {
  private life: Life | undefined;
  private lives = 0;
  private service: Service | undefined;
  readonly machine: Machine;
  private readonly weathers: readonly [FaultKind, (life: Life) => void][];

  constructor(private readonly parts: NodeParts) {
    const { random } = parts;
    this.machine = { aheadMs: random.int(-30, 30), setByMs: 0 };
    this.weathers = [
      ['crash', (life) => this.crash(life, random.between(10, 1_500))],
      ['freeze', (life) => this.freeze(life, random.between(50, 2_500))],
      ['slow process', (life) => this.slowDown(life, random.between(100, 1_500))],
      ['believed dead', (life) => this.doubt(life)],
      ['polite restart', (life) => this.restart(life)],
      ['machine sleeps', (life) => this.sleep(life, random.between(100, 3_000))],
      ['clock put back', (life) => setClock(life, -farMs(random))],
      ['clock put forward', (life) => setClock(life, farMs(random))],
    ];
  }

  boot(): void {
    if (this.life) return;
    const { name, world, random } = this.parts;
    this.lives += 1;
    const life = new Life(`${name}.${this.lives}`, world, random.fork(), this.machine);
    this.life = life;
    this.service = undefined;
    world.history.note(life.name, 'starts');
    void this.parts.start(life).then((service) => {
      if (this.life === life) this.service = service;
    });
  }

  /** One of the things that can happen to a process, or none. */
  weather(): void {
    const { life } = this;
    if (!life?.isUp) return;
    const { faults } = this.parts.world;
    this.weathers.find(([kind]) => faults.hits(kind))?.[1](life);
  }

  /** From now on nothing keeps it from working. */
  heal(): void {
    if (!this.life) return this.boot();
    this.life.slowness = 1;
    if (this.life.frozenAt !== undefined) this.thaw(this.life);
  }

  private crash(life: Life, downMs: number): void {
    this.parts.world.history.note(life.name, `dies, and starts again in ${downMs.toFixed(0)} ms`);
    life.end();
    this.life = undefined;
    this.after(sessionMs, () => this.parts.believedDead(life));
    this.after(downMs, () => this.boot());
  }

  private freeze(life: Life, ms: number): void {
    this.parts.world.history.note(life.name, `freezes for ${ms.toFixed(0)} ms`);
    life.freeze();
    this.watchOver(life);
    this.after(ms, () => this.thaw(life));
  }

  private sleep(life: Life, ms: number): void {
    this.parts.world.history.note(life.name, `sleeps with its machine for ${ms.toFixed(0)} ms`);
    life.sleep();
    this.watchOver(life);
    this.after(ms, () => this.thaw(life));
  }

  private watchOver(life: Life): void {
    this.after(sessionMs, () => {
      if (life.frozenAt === undefined) return;
      this.parts.believedDead(life);
      this.watchOver(life);
    });
  }

  private thaw(life: Life): void {
    if (life.isDead || life.frozenAt === undefined) return;
    this.parts.world.history.note(life.name, 'thaws');
    life.thaw();
  }

  private slowDown(life: Life, ms: number): void {
    life.slowness = this.parts.random.between(3, 40);
    this.parts.world.history.note(life.name, `is ${life.slowness.toFixed(0)} times slower for ${ms.toFixed(0)} ms`);
    this.after(ms, () => {
      life.slowness = 1;
    });
  }

  private doubt(life: Life): void {
    this.parts.world.history.note(life.name, 'is believed dead, and is not');
    this.parts.believedDead(life);
  }

  private restart(life: Life): void {
    const { service } = this;
    if (!service) return;
    this.parts.world.history.note(life.name, 'leaves politely');
    this.service = undefined;
    void service.close().then(() => {
      life.end();
      if (this.life !== life) return;
      this.life = undefined;
      this.after(this.parts.random.between(1, 200), () => this.boot());
    });
  }

  private after(ms: number, work: () => void): void {
    this.parts.world.timeline.after(ms, work);
  }
}

/** Mostly seconds, now and then minutes. */
export const farMs = (random: SeededRandom): number => 1_000 * 300 ** random.next();

export function setClock({ name, machine, world }: Life, byMs: number): void {
  world.history.note(name, `has its clock set by ${byMs.toFixed(0)} ms`);
  machine.aheadMs += byMs;
  machine.setByMs += Math.abs(byMs);
}
