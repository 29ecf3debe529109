/**
 * How far tasks were that memory has put out, or that the store knows further. Bounded: who was noted longest ago is forgotten, by which time
 * what memory hears of it again is old enough to be doubted for its age.
 */
const mostTasks = 10_000;

export class FarthestSeqs {
  private readonly seqs = new Map<string, number>();

  note(taskId: string, seq: number): void {
    const before = this.of(taskId);
    this.seqs.delete(taskId);
    this.seqs.set(taskId, Math.max(before, seq));
    if (this.seqs.size <= mostTasks) return;
    for (const oldest of this.seqs.keys()) return void this.seqs.delete(oldest);
  }

  /** 0: not known. */
  of(taskId: string): number {
    return this.seqs.get(taskId) ?? 0;
  }
}
