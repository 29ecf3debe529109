/**
 * A client of the public interface: what the CLI, the tests and other programs use.
 * Promises: an answer that is no success is an `ApiError` with its stable code; a stream goes on where it was cut, or fell silent, without gap or repetition.
 */
import type {
  AgentPage,
  DocumentAnswer,
  DocumentPage,
  DocumentSubmission,
  DocumentView,
  DryRunAnswer,
  EventPage,
  PlanEvent,
  Readiness,
  SearchAnswer,
  SearchInput,
  StepView,
  TaskAnswer,
  TaskMetrics,
  TaskPage,
  TaskSubmission,
  TaskView,
  TokenFrame,
  WorkflowDefinition,
  WorkflowPage,
  WorkflowView,
} from '@waybill/contracts';
import { apiErrorOf } from './api-error.ts';
import { Endpoint, type Question } from './endpoint.ts';
import { framesOf } from './event-stream.ts';
import { isFinal, onceASecond, StreamLost, type Again, type FollowOptions, type TaskFrame } from './following.ts';
import { Patience } from './patience.ts';

/** How far a stream was read. */
interface Reading {
  position: string | undefined;
  /** Connections in a row that brought nothing. */
  failures: number;
  ended: boolean;
  /** What the last one failed with. */
  trouble: unknown;
}

/** Three heartbeats of a gateway: of one that is silent for so long nothing is left, however open its connection looks. */
const silenceMs = 45_000;

export interface ClientOptions {
  /** Asked after a stream was cut; default: once a second, for a minute. */
  readonly again?: Again;
  /** Asked after a request got no answer, or one that asks for patience; default: it fails at once. */
  readonly unanswered?: Again;
}

export interface SubmitOptions {
  readonly idempotencyKey?: string;
}

export class WaybillClient {
  private readonly endpoint: Endpoint;
  private readonly again: Again;

  /** `url`: `http://127.0.0.1:3000`. */
  constructor(url: string, { again = onceASecond, unanswered }: ClientOptions = {}) {
    this.endpoint = new Endpoint(url, unanswered);
    this.again = again;
  }

  get url(): string {
    return this.endpoint.url;
  }

  /** What is asked from now on is asked there; a stream goes on there once it is cut, a request once it fails. */
  moveTo(url: string): void {
    this.endpoint.url = url;
  }

  submit(task: TaskSubmission, options: SubmitOptions = {}): Promise<TaskAnswer> {
    return this.post('/v1/tasks', task, options);
  }

  dryRun(task: TaskSubmission): Promise<DryRunAnswer> {
    return this.post('/v1/tasks', { ...task, dry_run: true });
  }

  task(taskId: string): Promise<TaskView> {
    return this.get(`/v1/tasks/${taskId}`);
  }

  tasks(query: Record<string, string> = {}): Promise<TaskPage> {
    return this.get('/v1/tasks', query);
  }

  step(taskId: string, stepId: string): Promise<StepView> {
    return this.get(`/v1/tasks/${taskId}/steps/${encodeURIComponent(stepId)}`);
  }

  metrics(taskId: string): Promise<TaskMetrics> {
    return this.get(`/v1/tasks/${taskId}/metrics`);
  }

  events(taskId: string, after = 0, limit = 1_000): Promise<EventPage> {
    return this.get(`/v1/tasks/${taskId}/events`, { after: String(after), limit: String(limit) });
  }

  cancel(taskId: string, reason?: string): Promise<TaskView> {
    return this.post(`/v1/tasks/${taskId}/cancel`, reason === undefined ? {} : { reason });
  }

  putWorkflow(name: string, definition: WorkflowDefinition): Promise<WorkflowView> {
    return this.endpoint.request({ method: 'PUT', path: `/v1/workflows/${name}`, body: definition });
  }

  /** The latest version when none is given. */
  workflow(name: string, version?: number): Promise<WorkflowView> {
    return this.get(`/v1/workflows/${name}`, version === undefined ? {} : { version: String(version) });
  }

  workflows(query: Record<string, string> = {}): Promise<WorkflowPage> {
    return this.get('/v1/workflows', query);
  }

  agents(): Promise<AgentPage> {
    return this.get('/v1/agents');
  }

  addDocument(document: DocumentSubmission): Promise<DocumentAnswer> {
    return this.post('/v1/documents', document);
  }

  documents(query: Record<string, string> = {}): Promise<DocumentPage> {
    return this.get('/v1/documents', query);
  }

  document(documentId: string): Promise<DocumentView> {
    return this.get(`/v1/documents/${documentId}`);
  }

  deleteDocument(documentId: string): Promise<void> {
    return this.endpoint.request({ method: 'DELETE', path: `/v1/documents/${documentId}` });
  }

  search(input: Omit<SearchInput, 'k'> & { k?: number }): Promise<SearchAnswer> {
    return this.post('/v1/search', input);
  }

  readiness(): Promise<Readiness> {
    return this.get('/readyz');
  }

  /** The task's stream from its first event to its last; it ends after the terminal one. */
  async *follow(taskId: string, options: FollowOptions = {}): AsyncGenerator<TaskFrame> {
    const again = options.again ?? this.again;
    const position = options.after === undefined ? undefined : String(options.after);
    const reading: Reading = { position, failures: 0, ended: false, trouble: undefined };
    for (;;) {
      yield* this.readOn(taskId, reading, options);
      if (reading.ended) return;
      reading.failures += 1;
      if (await again(reading.failures, reading.trouble)) continue;
      throw new StreamLost(taskId, reading.trouble);
    }
  }

  /** One connection, from where the last one was cut. */
  private async *readOn(taskId: string, reading: Reading, options: FollowOptions): AsyncGenerator<TaskFrame> {
    try {
      const patience = new Patience(options.silenceMs ?? silenceMs, options.signal);
      const response = await patience.for(this.open(taskId, reading.position, options.tokens, patience.signal));
      reading.ended = response.status === 204;
      if (reading.ended) return;
      for await (const { id, event, data } of framesOf(patience.chunksOf(response.body!))) {
        reading.failures = 0;
        reading.position = id ?? reading.position;
        reading.ended = terminal.has(event);
        yield frame(event, data);
        if (reading.ended) return;
      }
    } catch (error) {
      if (options.signal?.aborted || isFinal(error)) throw error;
      reading.trouble = error;
    }
  }

  private async open(
    taskId: string,
    position: string | undefined,
    tokens: boolean | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (position !== undefined) headers['last-event-id'] = position;
    const path = `/v1/tasks/${taskId}/events${tokens ? '?tokens=true' : ''}`;
    const response = await fetch(this.url + path, { headers, signal });
    if (!response.ok) throw await apiErrorOf(response);
    return response;
  }

  private get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    const text = new URLSearchParams(query).toString();
    return this.endpoint.request({ method: 'GET', path: text === '' ? path : `${path}?${text}` });
  }

  private post<T>(path: string, body: unknown, options: Pick<Question, 'idempotencyKey'> = {}): Promise<T> {
    return this.endpoint.request({ method: 'POST', path, body, ...options });
  }
}

const terminal: ReadonlySet<string> = new Set(['TaskCompleted', 'TaskFailed', 'TaskCancelled']);

function frame(event: string, data: string): TaskFrame {
  if (event === 'token') return { kind: 'token', token: JSON.parse(data) as TokenFrame };
  if (event === 'attempt.reset') return { kind: 'reset' };
  return { kind: 'event', event: JSON.parse(data) as PlanEvent };
}
