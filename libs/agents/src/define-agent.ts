/**
 * Makes an agent from code and two zod schemas, from which types and JSON Schemas follow.
 * Promises: `activate` sees only input that matches; what it completes with matches the output schema, or the outcome is `invalid_output`.
 */
import { PlatformError, type Json, type JsonObject, type Outcome } from '@waybill/contracts';
import { z } from 'zod';
import { failedWith, type Activation, type Agent, type AgentContext } from './agent.ts';

/** An outcome whose output is not checked yet. */
export type Step<Output> =
  | { readonly status: 'completed'; readonly output: Output; readonly thought?: string }
  | Exclude<Outcome, { status: 'completed' }>;

export interface AgentDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  readonly name: string;
  /** Raise it with every change of behaviour; default 1. */
  readonly version?: number;
  readonly description: string;
  /** Default 0: it calls no model. */
  readonly maxTokens?: number;
  readonly input: Input;
  readonly output: Output;
  activate(activation: Activation<z.output<Input>>, context: AgentContext): Promise<Step<z.input<Output>>>;
}

export function defineAgent<Input extends z.ZodType, Output extends z.ZodType>(
  definition: AgentDefinition<Input, Output>,
): Agent {
  const { name, version = 1, description, maxTokens = 0, input, output } = definition;
  return {
    name,
    version,
    description,
    maxTokens,
    inputSchema: jsonSchemaOf(input, 'input'),
    outputSchema: jsonSchemaOf(output, 'output'),
    async activate(activation, context): Promise<Outcome> {
      const given = input.safeParse(activation.input);
      if (!given.success) return failedWith(mismatch('invalid_input', `The input of agent ${name}`, given.error));
      const step = await definition.activate(new Given(activation, given.data), context);
      if (step.status !== 'completed') return step;
      const made = output.safeParse(step.output);
      if (!made.success) return failedWith(mismatch('invalid_output', `What agent ${name} answered`, made.error));
      return { ...step, output: made.data as Json };
    },
  };
}

/** An activation with the input that its schema made of it. Not a copy: the signal is made when it is asked for. */
class Given<Input> implements Activation<Input> {
  constructor(
    private readonly activation: Activation,
    readonly input: Input,
  ) {}

  get journal(): Activation['journal'] {
    return this.activation.journal;
  }
  get epoch(): number {
    return this.activation.epoch;
  }
  get turn(): number {
    return this.activation.turn;
  }
  get maxTokens(): number {
    return this.activation.maxTokens;
  }
  get signal(): AbortSignal {
    return this.activation.signal;
  }
}

function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonObject;
}

function mismatch(code: 'invalid_input' | 'invalid_output', what: string, error: z.ZodError): PlatformError {
  const issue = error.issues[0];
  const pointer = pointerOf(issue?.path ?? []);
  return new PlatformError(code, {
    pointer,
    detail: `${what} does not match its schema at ${pointer === '' ? 'its root' : pointer}: ${issue?.message ?? 'wrong shape'}.`,
  });
}

/** RFC 6901. */
const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
