/** A gateway over a log that a spec holds in its hand, with an orchestrator that says what the spec says. */
import http from 'node:http';
import {
  encodeMessage,
  defaultOwner,
  PlatformError,
  registryKey,
  topics,
  type AgentEntry,
  type Json,
  type OutgoingMessage,
} from '@waybill/contracts';
import { systemClock, type Clock, type MessageLog } from '@waybill/messaging';
import type { ObjectStore, StoredObject } from '@waybill/storage';
import {
  createMetrics,
  dormantTracer,
  mergeMetrics,
  nullLogger,
  type Logger,
  type Metrics,
  type Tracer,
} from '@waybill/telemetry';
import { z } from 'zod';
import {
  gatewayConfigOf,
  gatewaySettings,
  sqliteReadModels,
  startGateway,
  type Gateway,
  type ReadModelSource,
} from '../index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** Undefined when it is no JSON. */
  readonly json: any; // eslint-disable-line typescript/no-explicit-any -- specs look into it freely
}

export interface FixtureOptions {
  readonly readModels?: ReadModelSource;
  readonly clock?: Clock;
  readonly settings?: Record<string, string>;
  readonly logger?: Logger;
  readonly tracer?: Tracer;
  readonly instanceId?: string;
  /** Of another service in this process. */
  readonly otherMetrics?: Metrics;
}

export class MemoryObjects implements ObjectStore {
  readonly objects = new Map<string, StoredObject>();
  put(key: string, object: StoredObject): Promise<void> {
    this.objects.set(key, object);
    return Promise.resolve();
  }
  get(key: string): Promise<StoredObject> {
    const found = this.objects.get(key);
    return found ? Promise.resolve(found) : Promise.reject(new PlatformError('not_found'));
  }
  delete(key: string): Promise<void> {
    this.objects.delete(key);
    return Promise.resolve();
  }
  list(prefix: string): Promise<readonly string[]> {
    return Promise.resolve([...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted());
  }
}

/** A busy machine must not decide what a spec sees. */
const patient = { GATEWAY_FRESH_MS: '30000', GATEWAY_VERDICT_MS: '30000', GATEWAY_SEARCH_MS: '30000' };

export class GatewayFixture {
  private readonly agent = new http.Agent({ keepAlive: true });
  readonly objects: MemoryObjects;

  private constructor(
    readonly gateway: Gateway,
    readonly log: MessageLog,
    objects: MemoryObjects,
  ) {
    this.objects = objects;
  }

  static async start(log: MessageLog, options: FixtureOptions = {}): Promise<GatewayFixture> {
    const objects = new MemoryObjects();
    const metrics = createMetrics('gateway');
    const gateway = await startGateway({
      log,
      objects,
      readModels: options.readModels ?? sqliteReadModels(':memory:'),
      clock: options.clock ?? systemClock,
      instanceId: options.instanceId ?? 'gateway-1',
      config: gatewayConfigOf(
        z.object(gatewaySettings).parse({ PORT: '0', GATEWAY_GATHER_MS: '0', ...patient, ...options.settings }),
      ),
      logger: options.logger ?? nullLogger,
      tracer: options.tracer ?? dormantTracer(),
      metrics,
      ...(options.otherMetrics ? { metricsPage: mergeMetrics([metrics, options.otherMetrics]) } : {}),
    });
    await gateway.ready();
    return new GatewayFixture(gateway, log, objects);
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.gateway.close();
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const bytes = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const type: Record<string, string> =
      bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(bytes.length) };
    return this.send(method, path, bytes, { ...type, ...headers });
  }

  send(method: string, path: string, body: Buffer | undefined, headers: Record<string, string>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = http.request(this.gateway.address + path, { method, agent: this.agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (text += piece));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, text, json: parsed(text) }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** The whole stream, once it has ended. */
  stream(taskId: string, query = '', headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', `/v1/tasks/${taskId}/events${query}`, undefined, {
      accept: 'text/event-stream',
      ...headers,
    });
  }

  async announce(...names: string[]): Promise<void> {
    await this.log.append(names.map((name) => agentRecord(name)));
  }

  async submit(body: unknown, headers: Record<string, string> = {}): Promise<string> {
    const answer = await this.call('POST', '/v1/tasks', body, headers);
    if (answer.status !== 202) throw new Error(answer.text);
    return answer.json.task_id as string;
  }

  async emit(taskId: string, ...events: readonly StubEvent[]): Promise<void> {
    await this.log.append(events.map((event) => eventRecord(taskId, event)));
  }
}

export interface StubEvent {
  readonly seq: number;
  readonly type: string;
  readonly data: unknown;
  readonly time?: string;
}

const stubTime = '2026-11-21T10:00:00.000Z';
const meta = (id: string, time = stubTime) => ({ id, source: 'orchestrator', time, owner: defaultOwner });

const eventRecord = (taskId: string, { seq, type, data, time = stubTime }: StubEvent): OutgoingMessage =>
  encodeMessage(
    { topic: topics.planEvents, key: taskId, name: type },
    { seq, type, time, data },
    meta(`${taskId}/${seq}`, time),
  );

function agentRecord(name: string): OutgoingMessage {
  const entry: AgentEntry = {
    kind: 'agent',
    name,
    version: 1,
    hash: `hash-of-${name}`,
    description: `The agent ${name}.`,
    queue: `agent.${name}`,
    max_tokens: 0,
    input_schema: {},
    output_schema: {},
  };
  return encodeMessage({ topic: topics.registry, key: registryKey(entry), name: 'AgentEntry' }, entry, meta(name));
}

const none = { prompt_tokens: 0, completion_tokens: 0 };
/** Canned events of a task with one step, from acceptance to the end. */
export function lifeOf(taskId: string, output: Json = { ok: true }, labels: Record<string, string> = {}): StubEvent[] {
  const work = { step_id: 's1', work_id: `${taskId}:s1`, epoch: 1, turn: 0 };
  const planned = {
    ...work,
    agent: 'echo',
    queue: 'agent.echo',
    needs: [],
    with: { id: 'x' },
    reason: 'First.',
    timeout_ms: 1_000,
    max_tokens: 0,
  };
  const retry = { max_attempts: 4, initial_ms: 500, factor: 2, max_ms: 30_000 };
  return [
    { seq: 1, type: 'TaskAccepted', data: { workflow: 'one@1', input: { id: 'x' }, priority: 5, labels, budget: {} } },
    {
      seq: 2,
      type: 'PlanCreated',
      data: {
        planner: 'definition',
        name: 'one',
        version: 1,
        steps: [{ ...planned, retry }],
        output: '${{ steps.s1.output }}',
      },
    },
    {
      seq: 3,
      type: 'StepDispatched',
      data: {
        ...work,
        agent: 'echo',
        queue: 'agent.echo',
        input: {},
        journal: [],
        max_tokens: 0,
        priority: 5,
        deadline_at: 1,
      },
    },
    { seq: 4, type: 'StepCompleted', data: { ...work, output, usage: none } },
    { seq: 5, type: 'TaskCompleted', data: { output, usage: { ...none, steps: 1 } } },
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
