/** The pure core of a plan: see README.md. */
export { hasReadySteps, nextWakeUp, readySteps } from './agenda.ts';
export type { Decision, Effect, PlanCommand } from './commands.ts';
export type { Core } from './core.ts';
export { decide } from './decide.ts';
export { normaliseDefinition, type Normalised } from './definition/normalise.ts';
export type { DefinitionProblem } from './definition/problem.ts';
export { effects } from './effects.ts';
export { evolve } from './evolve.ts';
export { emptyPlan, type Plan } from './plan.ts';
export { planGoal } from './planner.ts';
export { misfit } from './record-size.ts';
export { digestOf, restorePlan, snapshotOf } from './snapshot.ts';

/** Of the state and the rules: a snapshot or a digest of another version says nothing about this one's. */
export const coreVersion = 2;
