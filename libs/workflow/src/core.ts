/** The two functions that rule a plan, as a value: whoever runs them can be given others, as a simulator does to plant a bug. */
import type { decide } from './decide.ts';
import type { evolve } from './evolve.ts';

export interface Core {
  readonly decide: typeof decide;
  readonly evolve: typeof evolve;
}
