/**
 * From what a client names to what is planned: definition in normal form, its hash, the cards of its agents.
 * Promises: a stored workflow is prepared once and used until the registry changes; before anything is refused as unknown the registry is read to its end.
 */
import {
  canonicalJson,
  CollectionName,
  PlatformError,
  WorkflowDefinition,
  type AgentCard,
  type Json,
  type JsonObject,
  type NormalDefinition,
  type WorkflowEntry,
} from '@waybill/contracts';
import { normaliseDefinition, planGoal } from '@waybill/workflow';
import { checkShape } from '../domain/check-shape.ts';
import { didYouMean } from '../domain/nearest-name.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { InputCheck, InputProblem, SchemaCompiler } from '../ports/input-check.ts';
import { cardOf, type Registry } from '../ports/registry.ts';

/** All that a task needs to be planned. Texts are JSON, made once. */
export interface Launch {
  readonly definition: NormalDefinition;
  readonly definitionText: string;
  readonly hash: string;
  readonly agentsText: string;
  /** `name@version` of a stored workflow. */
  readonly workflow?: string;
  readonly check?: InputCheck;
}

const patienceMs = 2_000;
const stepFields = ['agent', 'needs', 'with', 'retry', 'timeout', 'reason', 'max_attempts', 'initial', 'factor', 'max'];
const fields = [...Object.keys(WorkflowDefinition.shape), ...stepFields];

export class ResolveWorkflow {
  private readonly prepared = new WeakMap<WorkflowEntry, { revision: number; launch: Launch }>();
  private readonly checks = new Map<string, InputCheck>();

  constructor(
    private readonly registry: Registry,
    private readonly schemas: SchemaCompiler,
    private readonly crypto: Crypto,
  ) {}

  /** `name` or `name@version`; answers at once when it is known. */
  stored(reference: string): Launch | Promise<Launch> {
    const entry = this.find(reference);
    const known = entry && this.prepared.get(entry);
    return known?.revision === this.registry.revision ? known.launch : this.prepare(reference);
  }

  async inline(definition: JsonObject): Promise<Launch> {
    const normal = this.normalise(definition, '/definition');
    return this.launch(normal, { hash: this.hash(normal), at: '/definition' });
  }

  async goal(goal: string): Promise<Launch> {
    const definition = planGoal(goal);
    return { ...(await this.launch(definition, { hash: this.hash(definition), at: '/goal' })), check: checkGoalInput };
  }

  /** Throws with a pointer below `at`. The schema of the input is compiled, so that a bad one is found now. */
  normalise(definition: Json, at: string): NormalDefinition {
    const shaped = checkShape(WorkflowDefinition, definition, { at, code: 'invalid_definition', fields });
    const normalised = normaliseDefinition(shaped);
    if (!normalised.ok) {
      const [first] = normalised.problems;
      const rest = normalised.problems.slice(1).map((problem) => ` Also ${at}${problem.pointer}: ${problem.detail}`);
      throw new PlatformError(first!.code, {
        detail: `${first!.detail}${rest.join('')}`,
        pointer: at + first!.pointer,
      });
    }
    if (normalised.definition.input) this.schemas.compile(normalised.definition.input, `${at}/input`);
    return normalised.definition;
  }

  hash(definition: NormalDefinition): string {
    return this.crypto.sha256(canonicalJson(definition as unknown as Json));
  }

  private async prepare(reference: string): Promise<Launch> {
    if (!this.find(reference)) await this.registry.catchUp(patienceMs);
    const entry = this.find(reference);
    if (!entry) {
      const detail = `No workflow ${reference} is known.${didYouMean(reference, this.registry.workflowNames())}`;
      throw new PlatformError('unknown_workflow', { detail, pointer: '/workflow' });
    }
    const { revision } = this.registry;
    const workflow = `${entry.name}@${entry.version}`;
    const launch = await this.launch(entry.definition, { hash: entry.hash, at: '/workflow', workflow });
    this.prepared.set(entry, { revision, launch });
    return launch;
  }

  private async launch(
    definition: NormalDefinition,
    from: { hash: string; at: string; workflow?: string },
  ): Promise<Launch> {
    const agents = await this.cards(definition, from.at);
    const check = definition.input && this.checkOf(from.hash, definition.input);
    return {
      definition,
      definitionText: JSON.stringify(definition),
      hash: from.hash,
      agentsText: JSON.stringify(agents),
      ...(from.workflow === undefined ? {} : { workflow: from.workflow }),
      ...(check ? { check } : {}),
    };
  }

  private checkOf(hash: string, schema: JsonObject): InputCheck {
    let check = this.checks.get(hash);
    if (!check) {
      check = this.schemas.compile(schema, '/definition/input');
      if (this.checks.size >= 1_000) this.checks.delete(this.checks.keys().next().value!);
      this.checks.set(hash, check);
    }
    return check;
  }

  private async cards(definition: NormalDefinition, at: string): Promise<Record<string, AgentCard>> {
    if (definition.steps.some((step) => !this.registry.findAgent(step.agent))) await this.registry.catchUp(patienceMs);
    const cards: Record<string, AgentCard> = {};
    for (const { agent, step_id } of definition.steps) {
      const entry = this.registry.findAgent(agent);
      if (entry) cards[agent] = cardOf(entry);
      else throw this.unknownAgent(agent, at === '/definition' ? `${at}/steps/${step_id}/agent` : at);
    }
    return cards;
  }

  private unknownAgent(agent: string, pointer: string): PlatformError {
    const known = this.registry.agents().map((entry) => entry.name);
    const hint = known.length === 0 ? ' No agent has been announced yet.' : didYouMean(agent, known);
    return new PlatformError('unknown_agent', {
      detail: `No agent ${JSON.stringify(agent)} is known.${hint}`,
      pointer,
    });
  }

  private find(reference: string): WorkflowEntry | undefined {
    const at = reference.indexOf('@');
    return at < 0
      ? this.registry.findWorkflow(reference)
      : this.registry.findWorkflow(reference.slice(0, at), Number(reference.slice(at + 1)));
  }
}

/** Of a goal's input the plan reads the collection alone; no schema, as checking a pattern of one costs far more. */
function checkGoalInput(input: Json): InputProblem | undefined {
  const { collection } = input as JsonObject;
  if (collection === undefined || collection === null) return undefined;
  const parsed = CollectionName.safeParse(collection);
  if (parsed.success) return undefined;
  return { pointer: '/collection', detail: `collection: ${parsed.error.issues[0]!.message}.` };
}
