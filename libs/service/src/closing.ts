/** What has to be closed, in the opposite order of its opening, once. One that fails does not keep the others open. */

export interface Closable {
  close(): Promise<unknown> | void;
  /** The part of it that is being closed; undefined: none, or it has no parts. */
  readonly closing?: string | undefined;
  /** How long what runs may take to finish, ms; default 25 s, what an agent node waits. */
  readonly drainMs?: number | undefined;
}

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
    if (!this.current) return undefined;
    const { name, part } = this.current;
    return part.closing === undefined ? name : `${name} > ${part.closing}`;
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
