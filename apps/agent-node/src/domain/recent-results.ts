/** Results that were made here, for work that comes twice. Bounded by number and by size; the oldest are forgotten first. */
import type { OutgoingMessage } from '@waybill/contracts';

export class RecentResults {
  private readonly results = new Map<string, readonly OutgoingMessage[]>();
  private chars = 0;

  constructor(
    private readonly most = 1_000,
    private readonly mostChars = 16 * 1024 * 1024,
  ) {}

  add(key: string, messages: readonly OutgoingMessage[]): void {
    this.results.set(key, messages);
    this.chars += charsOf(messages);
    while (this.results.size > this.most || this.chars > this.mostChars) this.forgetOldest();
  }

  get(key: string): readonly OutgoingMessage[] | undefined {
    return this.results.get(key);
  }

  private forgetOldest(): void {
    for (const [oldest, messages] of this.results) {
      this.results.delete(oldest);
      this.chars -= charsOf(messages);
      return;
    }
  }
}

function charsOf(messages: readonly OutgoingMessage[]): number {
  let chars = 0;
  for (const { value } of messages) chars += value?.length ?? 0;
  return chars;
}
