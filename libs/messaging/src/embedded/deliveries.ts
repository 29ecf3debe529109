/**
 * Whose turn it is: each reader with something to deliver gets one batch in a turn of the event loop.
 * So delivery neither recurses (a handler's append only queues) nor keeps sockets and timers waiting.
 */
export interface Deliverer {
  /** Starts the delivery of one batch, if there still is one. */
  deliver(): void;
}

export class Deliveries {
  #ready: Deliverer[] = [];
  readonly #queued = new Set<Deliverer>();
  #armed = false;

  ready(reader: Deliverer): void {
    if (this.#queued.has(reader)) return;
    this.#queued.add(reader);
    this.#ready.push(reader);
    if (this.#armed) return;
    this.#armed = true;
    setImmediate(() => {
      this.#armed = false;
      this.run();
    });
  }

  /** Right after a commit, which saves the subscribers a turn. */
  run(): void {
    if (this.#ready.length === 0) return;
    const readers = this.#ready;
    this.#ready = [];
    this.#queued.clear();
    for (const reader of readers) reader.deliver();
  }
}
