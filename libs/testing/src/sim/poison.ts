/** Which tasks of a world have something that cannot be decided: a command at which the core throws, or a record that the log would refuse. */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import { refuseLargeRecords } from '@waybill/messaging';
import type { Plan, PlanCommand } from '@waybill/workflow';
import type { Calm } from './calm.ts';
import type { Circumstances } from './circumstances.ts';
import type { Faults } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';

interface PoisonParts {
  readonly circumstances: Circumstances;
  readonly faults: Faults;
  readonly calm: Calm;
  readonly random: SeededRandom;
}

export class Poison {
  /** Tasks of which something was refused. */
  readonly harmed = new Set<string>();
  private readonly tasks = new Map<string, boolean>();

  constructor(private readonly parts: PoisonParts) {}

  /** Throws when it is poisonous. */
  taste(plan: Plan, command: PlanCommand): void {
    const { share, command: type } = this.parts.circumstances.poisoned;
    if (share === 0 || command.type !== type) return;
    const planId = planOf(plan, command);
    if (planId === undefined || !this.isPoisoned(planId, share)) return;
    this.parts.faults.count('poisonous command', true);
    this.harm(planId);
    throw new Error('poison');
  }

  /** Throws when one of them is too large for the log of this world. */
  refuseLarge(messages: readonly OutgoingMessage[]): void {
    refuseLargeRecords(messages);
    const { recordChars } = this.parts.circumstances;
    const large = messages.find(({ value }) => (value?.length ?? 0) > recordChars);
    if (!large) return;
    this.parts.faults.count('record too large', true);
    this.harm(messages[0]!.key); // an event comes first
    throw new PlatformError('payload_too_large');
  }

  private harm(planId: string): void {
    this.harmed.add(planId);
    this.parts.calm.disturb();
  }

  private isPoisoned(planId: string, share: number): boolean {
    const known = this.tasks.get(planId) ?? this.parts.random.chance(share);
    this.tasks.set(planId, known);
    return known;
  }
}

/** A plan does not say whose it is; its steps do. */
function planOf(plan: Plan, command: PlanCommand): string | undefined {
  if (command.type === 'SubmitTask') return command.request.task_id;
  if (command.type === 'ApplyResult') return command.result.plan_id;
  if (plan.status !== 'running') return undefined;
  const [step] = plan.steps.values();
  return step?.planned.work_id.replace(/\.\d+$/, '');
}
