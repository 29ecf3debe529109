/**
 * JSON Schema by an interpreting validator: nothing is compiled to code.
 * Promises: a schema that cannot work is refused when it is stored; checking a value ends soon, whatever schema and value are.
 */
import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema';
import { PlatformError, type Json, type JsonObject } from '@waybill/contracts';
import type { InputCheck, InputProblem, SchemaCompiler } from '../../ports/input-check.ts';
import { runWithin } from './run-within.ts';
import { findSchemaProblem } from './schema-problem.ts';

export class CfworkerSchemas implements SchemaCompiler {
  compile(schema: JsonObject, pointer: string): InputCheck {
    const problem = findSchemaProblem(schema);
    if (problem)
      throw new PlatformError('invalid_definition', { detail: problem.detail, pointer: pointer + problem.pointer });
    const validator = validatorOf(schema, pointer);
    if (!costly.test(JSON.stringify(schema))) return (value) => check(validator, value);
    return (value) => checkInTime(() => check(validator, value));
  }
}

/** It may still find something, such as two schemas of one `$id`. */
function validatorOf(schema: JsonObject, pointer: string): Validator {
  try {
    return new Validator(schema as Schema, '2020-12', false);
  } catch (cause) {
    throw new PlatformError('invalid_definition', { detail: unusable(cause), pointer, cause });
  }
}

/** The validator lists what it knows after its first sentence. */
function unusable(error: unknown): string {
  const [reason] = (error instanceof Error ? error.message : String(error)).split(/\.?(?: {2}|\n|$)/, 1);
  return `The schema of the workflow cannot be used: ${reason}.`;
}

/** Keywords (or names like them) with which checking can cost more than schema times value: patterns, references, comparing all with all. */
const costly = /"(pattern|patternProperties|format|uniqueItems|\$(ref|recursiveRef|dynamicRef))":/;
const patienceMs = 100;

/** Asked twice: the first time the machine may have been what stood still. */
function checkInTime(work: () => InputProblem | undefined): InputProblem | undefined {
  const checked = runWithin(patienceMs, work) ?? runWithin(patienceMs, work);
  return checked ? checked.answer : tooSlow;
}

const tooSlow: InputProblem = {
  pointer: '',
  detail:
    'It takes too long to check this input against the schema of the workflow: simplify its patterns and references.',
};

function check(validator: Validator, value: Json): InputProblem | undefined {
  try {
    const { valid, errors } = validator.validate(value);
    return valid ? undefined : worst(errors);
  } catch (error) {
    return { pointer: '', detail: error instanceof RangeError ? endless : unusable(error) };
  }
}

const endless = 'The schema of the workflow refers to itself without end, so nothing matches it.';

/** The deepest place says most; of several there the first. */
function worst(errors: readonly OutputUnit[]): InputProblem {
  const [first] = errors.toSorted((a, b) => depthOf(b) - depthOf(a));
  return { pointer: first!.instanceLocation.slice(1), detail: first!.error };
}

const depthOf = (error: OutputUnit): number => error.instanceLocation.split('/').length;
