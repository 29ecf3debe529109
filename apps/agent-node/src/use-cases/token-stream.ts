/**
 * Pieces of text to records on their way: the first goes out at once, the next takes what gathered while the one before it was being written.
 * Promises: pieces keep their order, one write is under way at a time; what cannot be written is lost and leaves a gap in the index, for tokens are shown and never relied on.
 */
export class TokenStream {
  private gathered = '';
  private index = 0;
  private writing: Promise<void> | undefined;

  constructor(
    private readonly write: (index: number, text: string) => Promise<unknown>,
    private readonly onLost: (error: unknown) => void,
  ) {}

  push(text: string): void {
    if (text === '') return;
    this.gathered += text;
    this.writing ??= this.drain();
  }

  /** Resolves when everything was written or lost. */
  async end(): Promise<void> {
    await this.writing;
  }

  private async drain(): Promise<void> {
    while (this.gathered !== '') {
      const text = this.gathered;
      this.gathered = '';
      this.index += 1;
      try {
        await this.write(this.index - 1, text);
      } catch (error) {
        this.onLost(error);
      }
    }
    this.writing = undefined;
  }
}
