/**
 * Waits for somebody who says something now and then, or is gone: a connection whose other end lost its power stays open for good.
 * Promise: only time in which something is waited for counts.
 */
export class Patience {
  private readonly late = new AbortController();
  /** Aborted when it has run out, and with `outer`. */
  readonly signal: AbortSignal;

  constructor(
    private readonly ms: number,
    outer?: AbortSignal,
  ) {
    this.signal = outer ? AbortSignal.any([this.late.signal, outer]) : this.late.signal;
  }

  /** `word`: rejects when the signal is aborted. */
  async for<T>(word: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.late.abort(new Error(`Nothing was heard for ${this.ms} ms.`)), this.ms);
    try {
      return await word;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the body brings; aborting the signal breaks it off. */
  async *chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    const chunks = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.for(chunks.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }
}
