/**
 * Results that were made here, for work that comes twice. Bounded by number and by size.
 * Kept in two generations, so that nothing old is touched to make room: when the younger one is full, the older one goes.
 */
import type { OutgoingMessage } from '@waybill/contracts';

interface Generation {
  readonly results: Map<string, readonly OutgoingMessage[]>;
  chars: number;
}

export class RecentResults {
  private young = noResults();
  private old = noResults();

  /** At least half of this is remembered, by number or by size. */
  constructor(
    private readonly most = 2_000,
    private readonly mostChars = 16 * 1024 * 1024,
  ) {}

  add(key: string, messages: readonly OutgoingMessage[]): void {
    const chars = charsOf(messages);
    if (this.young.results.size >= this.most / 2 || this.young.chars + chars > this.mostChars / 2) {
      this.old = this.young;
      this.young = noResults();
    }
    if (chars > this.mostChars) return;
    this.young.results.set(key, messages);
    this.young.chars += chars;
    if (this.young.chars + this.old.chars > this.mostChars) this.old = noResults();
  }

  get(key: string): readonly OutgoingMessage[] | undefined {
    return this.young.results.get(key) ?? this.old.results.get(key);
  }
}

const noResults = (): Generation => ({ results: new Map(), chars: 0 });

function charsOf(messages: readonly OutgoingMessage[]): number {
  let chars = 0;
  for (const { value } of messages) chars += value?.length ?? 0;
  return chars;
}
