/** What Nest injects that is no class. */
export const TRACER = Symbol('Tracer');
