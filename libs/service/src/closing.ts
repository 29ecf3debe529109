/** Ways to close what was opened: one after the other or side by side. One that fails does not keep the others open. */

export interface Closable {
  close(): Promise<unknown> | void;
  /** The part of it that is being closed; undefined: none, or it has no parts. */
  readonly closing?: string | undefined;
  /** How long what runs may take to finish, ms; default 25 s, what an agent node waits. */
  readonly drainMs?: number | undefined;
}

/** In the opposite order of its opening, once. */
export class Closing implements Closable {
  drainMs: number | undefined;
  private readonly parts: { readonly name: string; readonly part: Closable }[] = [];
  private current: { readonly name: string; readonly part: Closable } | undefined;
  private running: Promise<void> | undefined;

  add(name: string, part: Closable): void {
    this.parts.unshift({ name, part });
  }

  /** `gateway > read model` */
  get closing(): string | undefined {
    return this.current && pathOf(this.current.name, this.current.part);
  }

  /** Rejects with the first failure, after everything was tried. */
  close(): Promise<void> {
    this.running ??= this.closeAll();
    return this.running;
  }

  private async closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const one of this.parts) {
      this.current = one;
      try {
        await one.part.close();
      } catch (error) {
        failures.push(error);
      }
    }
    this.current = undefined;
    if (failures.length > 0) throw failures[0];
  }
}

/** All at once, so that each may take as long as all together may. */
export class SideBySide implements Closable {
  private readonly open = new Map<string, Closable>();

  add(name: string, part: Closable): void {
    this.open.set(name, part);
  }

  /** `gateway > streams, agent node` */
  get closing(): string | undefined {
    return [...this.open].map(([name, part]) => pathOf(name, part)).join(', ') || undefined;
  }

  async close(): Promise<void> {
    const outcomes = await Promise.allSettled([...this.open].map(([name, part]) => this.closeOne(name, part)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async closeOne(name: string, part: Closable): Promise<void> {
    await part.close();
    this.open.delete(name);
  }
}

const pathOf = (name: string, { closing }: Closable): string => (closing === undefined ? name : `${name} > ${closing}`);
