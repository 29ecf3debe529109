/**
 * Takes a task in: checks it, gives it its id, and puts the command on the log.
 * Promises: nothing is appended for what is refused; once `execute` resolves the command is durable; one idempotency key is one task,
 * the command of a key that comes again is the same command, and what was taken in once is not refused the second time.
 */
import {
  canonicalJson,
  limits,
  PlatformError,
  TaskSubmissionHead,
  topics,
  type DryRunAnswer,
  type JsonObject,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { checkShape } from '../domain/check-shape.ts';
import { commandRecord, refuseLarge, refuseMisfit, refuseUnplannable, type Caller } from '../domain/command-record.ts';
import type { LiveTasks } from '../domain/live-tasks.ts';
import { madeAt } from '../domain/task-id.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { FreshReads } from './fresh-reads.ts';
import type { Launch, ResolveWorkflow } from './resolve-workflow.ts';

export interface SubmitTaskParts {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly keys: KeyStore;
  readonly live: LiveTasks;
  readonly model: ReadModel;
  readonly fresh: FreshReads;
  readonly workflows: ResolveWorkflow;
}
export type Submitted = { readonly taskId: string; readonly isReplayed: boolean } | { readonly preview: DryRunAnswer };

interface Identity {
  readonly taskId: string;
  readonly isReplayed: boolean;
  readonly idempotency?: { key: string; body_hash: string };
}

const fields = Object.keys(TaskSubmissionHead.shape);
const nothingGiven: JsonObject = {};
/** Characters of JSON that fit into a record whatever they are: what is shorter need not be measured. */
const surelyFits = limits.recordBytes / 4;
/** Of RFC 3339: an offset may push a deadline beyond it. */
const lastTime = Date.parse('9999-12-31T23:59:59.999Z');
/** Of a command's head, with the longest key. */
const headBytes = 1_024;

export class SubmitTask {
  /** Appends under way: who comes with the same key meanwhile waits for the same one. */
  private readonly appending = new Map<string, Promise<unknown>>();

  constructor(private readonly parts: SubmitTaskParts) {}

  async execute(body: unknown, caller: Caller): Promise<Submitted> {
    const task = checkShape(TaskSubmissionHead, body, { fields });
    let deadline: number | undefined;
    let launch: Launch;
    let content: string;
    try {
      deadline = this.deadlineOf(task);
      const found = this.resolve(task);
      launch = found instanceof Promise ? await found : found;
      refuseInput(launch, task);
      content = contentText(task, { launch, deadline });
      refusePlan(content, task);
    } catch (refusal) {
      const first = await this.findFirst(task, caller);
      if (first) return first;
      throw refusal;
    }
    if (task.dry_run === true) return { preview: previewOf(launch) };
    const identity = await this.identify(task as JsonObject, caller);
    if (identity.isReplayed && (await this.isOnLog(identity.taskId))) return identity;
    await this.append(identity, headText(identity) + content, caller);
    return identity;
  }

  private resolve(task: TaskSubmissionHead): Launch | Promise<Launch> {
    const { goal, workflow, definition } = task;
    const given = Number(goal !== undefined) + Number(workflow !== undefined) + Number(definition !== undefined);
    if (given !== 1) {
      const detail =
        given === 0 ? 'Give one of goal, workflow and definition.' : 'Give only one of goal, workflow and definition.';
      const pointer =
        given === 0 ? '' : goal === undefined ? '/definition' : workflow === undefined ? '/definition' : '/workflow';
      throw new PlatformError('invalid_request', { detail, pointer });
    }
    if (workflow !== undefined) return this.parts.workflows.stored(workflow);
    return definition === undefined ? this.parts.workflows.goal(goal!) : this.parts.workflows.inline(definition);
  }

  private deadlineOf(task: TaskSubmissionHead): number | undefined {
    if (task.deadline === undefined) return undefined;
    const deadline = Date.parse(task.deadline);
    if (deadline > lastTime)
      throw new PlatformError('invalid_request', {
        detail: 'deadline: must be before the year 10000.',
        pointer: '/deadline',
      });
    if (deadline > this.parts.clock.now()) return deadline;
    throw new PlatformError('deadline_passed', {
      detail: `The deadline ${task.deadline} is in the past.`,
      pointer: '/deadline',
    });
  }

  private async identify(task: JsonObject, { idempotencyKey: key, owner }: Caller): Promise<Identity> {
    const { crypto, keys } = this.parts;
    const taskId = crypto.newId();
    if (key === undefined) return { taskId, isReplayed: false };
    const bodyHash = this.hashOf(task);
    const row = await keys.reserve({ tenant: owner.tenant, key, bodyHash, entityId: taskId });
    refuseOtherBody(row.bodyHash, bodyHash);
    return { taskId: row.entityId, isReplayed: row.entityId !== taskId, idempotency: { key, body_hash: bodyHash } };
  }

  /** Time goes on after a request: its deadline passes, its workflow gets a stricter version. */
  private async findFirst(
    task: TaskSubmissionHead,
    { idempotencyKey: key, owner }: Caller,
  ): Promise<Identity | undefined> {
    if (key === undefined || task.dry_run === true) return undefined;
    const row = await this.parts.keys.find(owner.tenant, key);
    if (row?.bodyHash !== this.hashOf(task as JsonObject)) return undefined;
    const taskId = row.entityId;
    if (await this.isOnLog(taskId)) return { taskId, isReplayed: true };
    await this.parts.fresh.wait(topics.taskRequests); // the read model may be behind
    return (await this.isOnLog(taskId)) ? { taskId, isReplayed: true } : undefined;
  }

  private hashOf(task: JsonObject): string {
    return this.parts.crypto.sha256(`tasks\n${canonicalJson(task)}`);
  }

  /** The first attempt may have died between the key and the log; then the same command is sent again. */
  private async isOnLog(taskId: string): Promise<boolean> {
    await this.appending.get(taskId)?.catch(() => undefined);
    return this.parts.live.find(taskId) !== undefined || (await this.parts.model.findTask(taskId)) !== undefined;
  }

  private async append({ taskId, isReplayed }: Identity, text: string, caller: Caller): Promise<void> {
    const { log, live } = this.parts;
    const meta = { id: taskId, time: new Date(madeAt(taskId)).toISOString(), caller };
    const appended = log.append([commandRecord({ topic: topics.taskRequests, key: taskId }, 'SubmitTask', text, meta)]);
    this.appending.set(taskId, appended);
    // Before it is acknowledged, for the task may be over by then. One that comes again may be over already: the read model knows.
    if (!isReplayed) live.submit(taskId, text);
    try {
      await appended;
    } catch (error) {
      if (!isReplayed) live.withdraw(taskId);
      throw error;
    } finally {
      if (this.appending.get(taskId) === appended) this.appending.delete(taskId);
    }
  }
}

function refuseInput(launch: Launch, task: TaskSubmissionHead): void {
  const problem = launch.check?.(task.input ?? nothingGiven);
  if (problem)
    throw new PlatformError('invalid_input', { detail: problem.detail, pointer: `/input${problem.pointer}` });
}

export function refuseOtherBody(known: string, given: string): void {
  if (known === given) return;
  throw new PlatformError('idempotency_key_reused', {
    detail: 'This Idempotency-Key was used with another body. Use a new key for a new request.',
    pointer: 'Idempotency-Key',
  });
}

/** Of the command, what differs when the same is submitted again. */
function headText({ taskId, idempotency }: Identity): string {
  const text = `{"type":"SubmitTask","task_id":"${taskId}","accepted_at":${madeAt(taskId)}`;
  if (!idempotency) return text;
  return `${text},"idempotency":{"key":${JSON.stringify(idempotency.key)},"body_hash":"${idempotency.body_hash}"}`;
}

/**
 * The rest of it, put together by hand: the definition is as large as all the rest and the same for thousands of tasks.
 * Throws for what no record can hold.
 */
function contentText(
  task: TaskSubmissionHead,
  { launch, deadline }: { launch: Launch; deadline: number | undefined },
): string {
  const input = task.input === undefined ? '{}' : JSON.stringify(task.input);
  if (input.length > surelyFits) refuseMisfit(task.input!, '/input');
  let text =
    task.goal === undefined
      ? `,"definition":${launch.definitionText},"definition_hash":"${launch.hash}"`
      : `,"goal":${JSON.stringify(task.goal)}`;
  if (launch.workflow !== undefined) text += `,"workflow":"${launch.workflow}"`;
  text += `,"input":${input},"agents":${launch.agentsText},"priority":${task.priority ?? 5}`;
  if (deadline !== undefined) text += `,"deadline_at":${deadline}`;
  text += `,"labels":${JSON.stringify(task.labels ?? {})},"budget":${JSON.stringify(task.budget ?? {})}}`;
  refuseLarge(text, headBytes);
  return text;
}

/** Any: ids are equally long. */
const someIdentity: Identity = { taskId: '00000000-0000-7000-8000-000000000000', isReplayed: false };

function refusePlan(content: string, { definition }: TaskSubmissionHead): void {
  if (content.length <= surelyFits) return;
  refuseUnplannable(headText(someIdentity) + content, definition === undefined ? '/workflow' : '/definition');
}

const previewOf = ({ definition, hash }: Launch): DryRunAnswer => ({
  dry_run: true,
  name: definition.name,
  version: definition.version,
  definition_hash: hash,
  plan: definition.steps.map((step) => ({
    step_id: step.step_id,
    agent: step.agent,
    needs: step.needs,
    payload: step.with,
    reason: step.reason,
  })),
  output: definition.output,
});
