/**
 * Who acts when. Every question that a process asks of a store is a happening, and chance decides which one comes next, how it ends, and who dies there.
 * Promises: between two happenings everything that can go on has gone on; nothing of a process runs after it died; the same chance gives the same history.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PlatformError, type ErrorCode } from '@waybill/contracts';
import type { SeededRandom } from '@waybill/testing';

/** One run of one process, with its memory. */
export class Life {
  isDead = false;
  isFrozen = false;

  constructor(readonly name: string) {}
}

interface Happening {
  readonly life: Life;
  readonly what: string;
  isReady(): boolean;
  come(): Promise<void>;
}

export interface Question {
  /** What fails with it; undefined: it does not fail, and may end no life. */
  readonly failsWith?: ErrorCode;
  /** Its effect may come twice: who asked did not hear the first answer. */
  readonly mayRepeat?: boolean;
  isReady?(): boolean;
}

export interface Chances {
  readonly fail: number;
  readonly crash: number;
  readonly repeat: number;
}
const calm: Chances = { fail: 0, crash: 0, repeat: 0 };

export class Scheduler {
  readonly history: string[] = [];
  #happenings: Happening[] = [];
  #chances: Chances;

  constructor(
    private readonly random: SeededRandom,
    chances: Chances,
  ) {
    this.#chances = chances;
  }

  tell(what: string): void {
    this.history.push(what);
  }

  calmDown(): void {
    this.#chances = calm;
  }

  ask<T>(life: Life, what: string, work: () => Promise<T> | T, question: Question = {}): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (life.isDead) return promise;
    const come = async (): Promise<void> => {
      const fate = this.#fateOf(question);
      this.tell(`${life.name}: ${what}${fate === '' ? '' : ` (${fate})`}`);
      if (fate === 'crash before') return this.end(life);
      try {
        if (fate === 'fail before') throw new PlatformError(question.failsWith!);
        const answer = await work();
        if (fate === 'twice') await work();
        if (fate === 'crash after') return this.end(life);
        if (fate === 'fail after') throw new PlatformError(question.failsWith!);
        resolve(answer);
      } catch (error) {
        reject(error as Error);
      }
    };
    this.#happenings.push({ life, what, isReady: () => question.isReady?.() ?? true, come });
    return promise;
  }

  end(life: Life): void {
    this.tell(`${life.name}: dies`);
    life.isDead = true;
    this.#happenings = this.#happenings.filter((one) => one.life !== life);
  }

  get canGoOn(): boolean {
    return this.#ready.length > 0;
  }

  async next(): Promise<void> {
    const one = this.random.pick(this.#ready);
    this.#happenings.splice(this.#happenings.indexOf(one), 1);
    await one.come();
    await this.settle();
  }

  /** Nothing here takes longer than promises do. */
  async settle(): Promise<void> {
    await nextTurn();
  }

  /** Who waits for something that does not come. */
  get stuck(): readonly string[] {
    return this.#happenings.map(({ life, what }) => `${life.name}: ${what}`);
  }

  get #ready(): readonly Happening[] {
    return this.#happenings.filter((one) => !one.life.isFrozen && one.isReady());
  }

  #fateOf({ failsWith, mayRepeat }: Question): string {
    if (failsWith === undefined) return '';
    const { fail, crash, repeat } = this.#chances;
    if (this.random.chance(fail)) return this.random.pick(['fail before', 'fail after']);
    if (this.random.chance(crash)) return this.random.pick(['crash before', 'crash after']);
    return mayRepeat && this.random.chance(repeat) ? 'twice' : '';
  }
}
