/** Recognises a message that runs or has just run here, by topic and `ce_id`; the oldest finished ones are forgotten first. To remember none is to recognise none. */
import type { IncomingMessage } from '@waybill/contracts';

export class Deduplicator {
  #runs = new Map<string, Promise<boolean>>();
  #finished: string[] = [];
  #oldest = 0;

  constructor(private readonly remembered: number) {}

  /** Runs it, or answers with the outcome of the run that there is. A run that was abandoned (false) is not remembered. */
  join(message: IncomingMessage, run: () => Promise<boolean>): Promise<boolean> {
    const id = message.headers['ce_id'];
    if (id === undefined || this.remembered === 0) return run();
    const key = `${message.topic} ${id}`;
    const known = this.#runs.get(key);
    if (known) return known;
    const outcome = run();
    this.#runs.set(key, outcome);
    void outcome.then((isFinished) => (isFinished ? this.#remember(key) : this.#runs.delete(key)));
    return outcome;
  }

  #remember(key: string): void {
    this.#finished.push(key);
    if (this.#finished.length - this.#oldest <= this.remembered) return;
    this.#runs.delete(this.#finished[this.#oldest]!);
    this.#oldest += 1;
    if (this.#oldest < this.remembered) return;
    this.#finished = this.#finished.slice(this.#oldest);
    this.#oldest = 0;
  }
}
