/** The core in a process that has a hard time: some commands take long, and some cannot be decided at all. */
import type { Core, Plan, PlanCommand } from '@waybill/workflow';
import type { Circumstances } from './circumstances.ts';
import type { Poison } from './poison.ts';
import type { Life } from './sim-process.ts';

export function troubled(core: Core, life: Life, { slowOutcomes }: Circumstances, poison: Poison): Core {
  const { random, world } = life;
  return {
    decide: (plan: Plan, command: PlanCommand) => {
      const takesLong = command.type === 'ApplyResult' && !world.faults.areOver && random.chance(slowOutcomes);
      if (world.faults.count('slow outcome', takesLong)) world.timeline.now += random.between(20, 150);
      poison.taste(plan, command);
      return core.decide(plan, command);
    },
    evolve: core.evolve,
  };
}
