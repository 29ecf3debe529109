/** The plan's rules, for given/when/then. */
import type { PlanFact } from '@waybill/contracts';
import type { PlanCommand } from '../commands.ts';
import { decide } from '../decide.ts';
import { evolve } from '../evolve.ts';
import { emptyPlan, type Plan } from '../plan.ts';
import { specFor } from './spec-for.ts';

export const given = specFor<Plan, PlanCommand, PlanFact>({ decide, evolve, initial: emptyPlan });
