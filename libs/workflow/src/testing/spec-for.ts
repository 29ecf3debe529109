/** given(facts).when(command).then(facts): a rule of a decider as one sentence. A mismatch is an Error with `actual` and `expected`, of which runners show the difference. */
import { canonicalJson, type ErrorCode, type Json } from '@waybill/contracts';

type Decided<Fact> =
  | { readonly events: readonly Fact[] }
  | { readonly rejected: ErrorCode; readonly detail: string }
  | { readonly ignored: 'duplicate' | 'late' };

export interface Decider<State, Command, Fact> {
  readonly decide: (state: State, command: Command) => Decided<Fact>;
  readonly evolve: (state: State, fact: Fact) => State;
  readonly initial: () => State;
}

export interface Outcome<Fact> {
  /** These facts, with at least these fields. */
  then(...facts: readonly PartialFact<Fact>[]): void;
  thenNothing(): void;
  thenIgnored(why: 'duplicate' | 'late'): void;
  thenRejected(code: ErrorCode): void;
}

type PartialFact<Fact> = Fact extends { type: infer Type; data: infer Data }
  ? { type: Type; data?: DeepPartial<Data> }
  : never;
type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;

export function specFor<State, Command, Fact extends object>({
  decide,
  evolve,
  initial,
}: Decider<State, Command, Fact>) {
  return (...history: readonly Fact[]) => ({
    when(command: Command): Outcome<Fact> {
      const decided = decide(history.reduce(evolve, initial()), command);
      return {
        // eslint-disable-next-line unicorn/no-thenable
        then: (...facts) => {
          if (!('events' in decided)) return same(decided, facts);
          same(
            decided.events.map((fact, index) => like(fact, facts[index])),
            facts,
          );
        },
        thenNothing: () => same(decided, { events: [] }),
        thenIgnored: (why) => same(decided, { ignored: why }),
        thenRejected: (code) => same('rejected' in decided ? decided.rejected : decided, code),
      };
    },
  });
}

/** What of `actual` the pattern speaks of. */
function like(actual: unknown, pattern: unknown): unknown {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) return actual;
  if (typeof actual !== 'object' || actual === null) return actual;
  const fields = Object.entries(pattern).map(([key, value]) => [
    key,
    like((actual as Record<string, unknown>)[key], value),
  ]);
  return Object.fromEntries(fields);
}

function same(actual: unknown, expected: unknown): void {
  if (text(actual) === text(expected)) return;
  throw Object.assign(new Error('The decision is another one.'), { actual, expected, showDiff: true });
}

const text = (value: unknown): string => canonicalJson(JSON.parse(JSON.stringify(value) ?? 'null') as Json);
