/** Plans that were cancelled: their work is not begun any more. Bounded by time (the topic of signals keeps no longer) and by number. */
const rememberedMs = 24 * 3_600_000;

export class CancelledPlans {
  /** Plan to when it is forgotten; the oldest first. */
  private readonly until = new Map<string, number>();

  constructor(private readonly most = 100_000) {}

  add(planId: string, now: number): void {
    this.until.delete(planId);
    this.until.set(planId, now + rememberedMs);
    for (const [oldest, until] of this.until) {
      if (this.until.size <= this.most && until > now) break;
      this.until.delete(oldest);
    }
  }

  has(planId: string, now: number): boolean {
    return (this.until.get(planId) ?? 0) > now;
  }

  get size(): number {
    return this.until.size;
  }
}
