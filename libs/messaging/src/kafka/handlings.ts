/** Handlers that run. A handler that throws is one that rejects. */
export class Handlings {
  private readonly running = new Set<Promise<void>>();

  async run<T>(handler: () => Promise<T> | T): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.running.add(promise);
    try {
      return await handler();
    } finally {
      this.running.delete(promise);
      resolve();
    }
  }

  /** Resolves when those that run now have settled, well or not. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
  }
}
