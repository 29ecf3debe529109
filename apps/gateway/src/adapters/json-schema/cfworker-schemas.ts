/**
 * JSON Schema by an interpreting validator: nothing is compiled to code.
 * Promises: a schema that cannot work is refused when it is stored; checking a value ends, whatever schema and value are.
 */
import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema';
import { PlatformError, type Json, type JsonObject } from '@waybill/contracts';
import type { InputCheck, InputProblem, SchemaCompiler } from '../../ports/input-check.ts';
import { findSchemaProblem } from './schema-problem.ts';

export class CfworkerSchemas implements SchemaCompiler {
  compile(schema: JsonObject, pointer: string): InputCheck {
    const problem = findSchemaProblem(schema);
    if (problem)
      throw new PlatformError('invalid_definition', { detail: problem.detail, pointer: pointer + problem.pointer });
    const validator = new Validator(schema as Schema, '2020-12', false);
    return (value) => check(validator, value);
  }
}

function check(validator: Validator, value: Json): InputProblem | undefined {
  try {
    const { valid, errors } = validator.validate(value);
    return valid ? undefined : worst(errors);
  } catch {
    return { pointer: '', detail: 'The schema of the workflow refers to itself without end, so nothing matches it.' };
  }
}

/** The deepest place says most; of several there the first. */
function worst(errors: readonly OutputUnit[]): InputProblem {
  const [first] = errors.toSorted((a, b) => depthOf(b) - depthOf(a));
  return { pointer: first!.instanceLocation.slice(1), detail: first!.error };
}

const depthOf = (error: OutputUnit): number => error.instanceLocation.split('/').length;
