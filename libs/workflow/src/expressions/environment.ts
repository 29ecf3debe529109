/**
 * The CEL environment of all expressions.
 * Numbers: a JSON number enters as a CEL double, whole or not, so that nothing is converted or copied on the way in; a literal without
 * a point is an int. Both mix freely in arithmetic and the result is a double (`input.n + 1`, `input.n % 2`); two ints stay ints (`7 / 2` is 3).
 * Functions are a closed list: all of them pure, independent of machine, locale and time zone, and linear in their input
 * (regular expressions are not among them: one could hold the owner of a partition for minutes).
 */
import { Environment, type ParseResult } from '@marcbachmann/cel-js';

export const allowedFunctions: ReadonlySet<string> = new Set(
  (
    'has size string int double bool dyn type bind ' +
    'all exists exists_one map filter join split substring indexOf lastIndexOf ' +
    'contains startsWith endsWith lowerAscii upperAscii trim'
  ).split(' '),
);

const environment = openEnvironment();

/** Throws the library's ParseError. */
export const parseExpression = (expression: string): ParseResult => environment.parse(expression);

type Arithmetic = (left: number, right: number) => number;

function openEnvironment(): Environment {
  const opened = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits: { maxDepth: 64 },
  })
    .registerVariable('input', 'dyn')
    .registerVariable('steps', 'dyn')
    .registerOperator('double % double: double', (left: number, right: number) => left % right);
  const operators: Record<string, Arithmetic> = {
    '+': (left, right) => left + right,
    '-': (left, right) => left - right,
    '*': (left, right) => left * right,
    '/': (left, right) => left / right,
    '%': (left, right) => left % right,
  };
  for (const [operator, compute] of Object.entries(operators)) {
    opened.registerOperator(`int ${operator} double: double`, (int: bigint, double: number) =>
      compute(Number(int), double),
    );
    opened.registerOperator(`double ${operator} int: double`, (double: number, int: bigint) =>
      compute(double, Number(int)),
    );
  }
  return opened;
}
