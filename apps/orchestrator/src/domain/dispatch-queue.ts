/**
 * Plans of one partition that have ready steps: the most urgent first (9 before 0), equal ones in the order they became ready.
 * Readiness is not dispatch: work is handed out within credits, one for each activation that is open.
 */
const lanes = 10;

export class DispatchQueue {
  private readonly waiting: Set<string>[] = Array.from({ length: lanes }, () => new Set<string>());
  private used = 0;

  /** `credits`: how many activations may be open at once. */
  constructor(private readonly credits: number) {}

  add(planId: string, priority: number): void {
    this.lane(priority).add(planId);
  }

  remove(planId: string, priority: number): void {
    this.lane(priority).delete(planId);
  }

  /** Takes the next plan off, as long as there are credits. */
  next(): string | undefined {
    if (!this.hasCredit) return undefined;
    for (let priority = lanes - 1; priority >= 0; priority -= 1) {
      const lane = this.lane(priority);
      for (const planId of lane) {
        lane.delete(planId);
        return planId;
      }
    }
    return undefined;
  }

  get hasCredit(): boolean {
    return this.used < this.credits;
  }

  /** Activations that are open; a plan that was loaded brings its own. */
  opened(count: number): void {
    this.used += count;
  }

  closed(count: number): void {
    this.used = Math.max(0, this.used - count);
  }

  private lane(priority: number): Set<string> {
    return this.waiting[Math.min(lanes - 1, Math.max(0, priority))]!;
  }
}
