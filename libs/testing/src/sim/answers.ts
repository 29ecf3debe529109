/** What agents and searches have answered, by the activation or call that it was for: the other side of what the log says was applied. */
import type { TaskResult } from '@waybill/contracts';

export interface ActivationName {
  readonly work_id: string;
  readonly epoch: number;
  readonly turn: number;
}

export const activationName = ({ work_id, epoch, turn }: ActivationName): string => `${work_id}/${epoch}/${turn}`;

export class Answers {
  private readonly outcomes = new Map<string, Set<string>>();
  private count = 0;

  /** No two answers are alike. */
  next(): number {
    return (this.count += 1);
  }

  /** Answers how many the activation has so far. */
  given(result: TaskResult): number {
    const name = result.type === 'CallResult' ? `${activationName(result)}/${result.ordinal}` : activationName(result);
    const known = this.outcomes.get(name) ?? new Set();
    this.outcomes.set(name, known.add(JSON.stringify(essence(result))));
    return known.size;
  }

  /** Whether the activation (or its call) was answered so. */
  has(name: string, answer: unknown): boolean {
    return this.outcomes.get(name)?.has(JSON.stringify(answer)) ?? false;
  }
}

/** What an event repeats of an outcome. */
function essence({ outcome }: TaskResult): unknown {
  switch (outcome.status) {
    case 'completed':
      return 'output' in outcome ? outcome.output : outcome.observation;
    case 'suspended':
      return outcome.calls;
    case 'failed':
      return outcome.error;
  }
}
