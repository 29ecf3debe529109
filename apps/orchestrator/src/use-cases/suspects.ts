/** What made the core throw, by name, with how often. The plan it belongs to is failed rather than decided again and again. */
import { PlatformError } from '@waybill/contracts';

export class Suspects {
  private readonly failures = new Map<string, { count: number; error: unknown }>();

  add(name: string, error: unknown): void {
    this.failures.set(name, { count: this.count(name) + 1, error });
  }

  has(name: string): boolean {
    return this.failures.has(name);
  }

  count(name: string): number {
    return this.failures.get(name)?.count ?? 0;
  }

  /** Neither it nor the failure of its plan could be decided. */
  isLeftOut(name: string): boolean {
    return this.count(name) > 1;
  }

  reason(name: string): PlatformError {
    const cause = this.failures.get(name)?.error;
    const why = cause instanceof Error ? cause.message : String(cause);
    return new PlatformError('poisoned', { detail: `The orchestrator could not decide ${name}: ${why}`, cause });
  }
}
