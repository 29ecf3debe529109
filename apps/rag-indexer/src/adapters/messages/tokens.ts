/** What Nest injects that is no class. */
export const OBSERVATION = Symbol('Observation');
