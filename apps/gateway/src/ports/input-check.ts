/** The port of JSON Schema: whether a value is what a workflow takes. */
import type { Json, JsonObject } from '@waybill/contracts';

export interface InputProblem {
  /** JSON pointer into the value. */
  readonly pointer: string;
  readonly detail: string;
}
export type InputCheck = (value: Json) => InputProblem | undefined;

export interface SchemaCompiler {
  /** Throws `invalid_definition` when it is no usable schema; `pointer` is where the schema stands. */
  compile(schema: JsonObject, pointer: string): InputCheck;
}
