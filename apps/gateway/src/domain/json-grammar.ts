/** Where a text stops being JSON, found by a walk of its own: the engine's message says it only for some mistakes. Iterative. */

export interface SyntaxProblem {
  /** Index of the UTF-16 unit that is wrong; the length of the text when it ended too early. */
  readonly at: number;
  readonly reason: string;
}

const blank = /[ \t\n\r]*/y;
const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|true(?!\w)|false(?!\w)|null(?!\w)/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

type Expectation = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or ]' | ', or }' | 'end';

/** A tenth of a second: who sends millions of values and one mistake is told of it without its place. */
const usualSteps = 500_000;

/** Undefined when it is JSON, or when that was not found out in so many steps. */
export function findSyntaxError(source: string, steps = usualSteps): SyntaxProblem | undefined {
  const open: ('[' | '{')[] = [];
  let expected = 'value' as Expectation;
  let at = 0;
  for (let left = steps; left > 0; left -= 1) {
    at = skip(blank, source, at);
    const symbol = source[at];
    if (symbol === undefined)
      return expected === 'end' ? undefined : { at, reason: `it ends where ${nameOf(expected)} should be` };
    const next = step(expected, symbol, open);
    if (next === undefined) {
      const end = scalarEnd(expected, source, at);
      if ('bad' in end)
        return {
          at: end.bad,
          reason: end.bad > at ? 'this may not stand in a string' : `${nameOf(expected)} should be here`,
        };
      at = end.end;
      expected = expected === 'key' || expected === 'key or }' ? ':' : afterValue(open);
    } else {
      at += 1;
      expected = next;
    }
  }
  return undefined;
}

/** What follows a symbol of structure; undefined when it is none that fits. */
function step(expected: Expectation, symbol: string, open: ('[' | '{')[]): Expectation | undefined {
  const next = structure[expected][symbol];
  if (next === 'value or ]' || next === 'key or }') open.push(symbol as '[' | '{');
  if (next !== 'close') return next;
  open.pop();
  return afterValue(open);
}

const opening = { '[': 'value or ]', '{': 'key or }' } as const;
const structure: Record<Expectation, Readonly<Record<string, Expectation | 'close'>>> = {
  value: opening,
  'value or ]': { ...opening, ']': 'close' },
  key: {},
  'key or }': { '}': 'close' },
  ':': { ':': 'value' },
  ', or ]': { ',': 'value', ']': 'close' },
  ', or }': { ',': 'key', '}': 'close' },
  end: {},
};

function afterValue(open: readonly ('[' | '{')[]): Expectation {
  const inner = open.at(-1);
  return inner === undefined ? 'end' : inner === '[' ? ', or ]' : ', or }';
}

function scalarEnd(expected: Expectation, source: string, at: number): { end: number } | { bad: number } {
  const isKey = expected === 'key' || expected === 'key or }';
  const isValue = expected === 'value' || expected === 'value or ]';
  if (source[at] === '"' && (isKey || isValue)) return stringEnd(source, at);
  const end = isValue ? skip(word, source, at) : at;
  return end === at ? { bad: at } : { end };
}

/** Character by character: a pattern over a long string would need a stack as long. */
function stringEnd(source: string, start: number): { end: number } | { bad: number } {
  for (let at = start + 1; at < source.length; at += 1) {
    const unit = source.charCodeAt(at);
    if (unit === 0x22) return { end: at + 1 };
    if (unit < 0x20) return { bad: at };
    if (unit !== 0x5c) continue;
    const end = skip(escape, source, at);
    if (end === at) return { bad: at };
    at = end - 1;
  }
  return { bad: source.length };
}

/** The sticky pattern matched from `at` on: where it ends. */
function skip(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : at;
}

const names: Record<Expectation, string> = {
  value: 'a value',
  'value or ]': 'a value or ]',
  key: 'a key in double quotes',
  'key or }': 'a key in double quotes or }',
  ':': 'a colon',
  ', or ]': 'a comma or ]',
  ', or }': 'a comma or }',
  end: 'the end of the text',
};
const nameOf = (expected: Expectation): string => names[expected];
