/**
 * What a task costs at the gateway: POST with an idempotency key, SSE to the end, GET, over a real embedded log and a stub orchestrator.
 * `node apps/gateway/bench/gateway.ts [blocks] [tasks a block] [concurrency]` after `tsc -b`; with `--cpu-prof` the profile is the server's.
 * Figures are the lower quartile of the blocks. TMPDIR on a memory file system leaves the disk out.
 * Prints CPU of the whole process a task, the same for log and stub alone, and the difference, which is the gateway's.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeMessage, registryKey, topics, type OutgoingMessage } from '@waybill/contracts';
import { gatewayConfigOf, gatewaySettings, sqliteReadModels, startGateway } from '@waybill/gateway';
import { z } from 'zod';
import { SqliteJournal, SqliteMessageLog, systemClock } from '@waybill/messaging';
import { createLogger, createMetrics, dormantTracer } from '@waybill/telemetry';

const blocks = Number(process.argv[2] ?? 20);
const perBlock = Number(process.argv[3] ?? 500);
const concurrency = Number(process.argv[4] ?? 200);
const steps = 5;
const folder = mkdtempSync(join(tmpdir(), 'waybill-gateway-bench-'));
const journal = new SqliteJournal({ file: join(folder, 'log.db') });
const log = new SqliteMessageLog({ journal });
const owner = { tenant: 'default', subject: 'default' };
const pad = 'x'.repeat(150);
const none = { prompt_tokens: 0, completion_tokens: 0 };
const with_ = (id: string, step: string) => ({ ok: true, wf: id, step, pad });

/** An orchestrator that has nothing to decide: each event of a chain in an append of its own, as results come in. */
await log.tail({
  topics: [topics.taskRequests],
  from: 'end',
  onRecords: ({ records }) => {
    for (const { key, value } of records)
      void live(key, (JSON.parse(String(value)) as { input: { id: string } }).input.id);
  },
});
async function live(task: string, id: string): Promise<void> {
  const names = Array.from({ length: steps }, (_, n) => `s${n + 1}`);
  let seq = 0;
  const event = (type: string, data: object): OutgoingMessage => {
    seq += 1;
    const time = new Date().toISOString();
    return encodeMessage(
      { topic: topics.planEvents, key: task, name: type },
      { seq, type, time, data },
      { id: `${task}/${seq}`, source: 'stub', time, owner },
    );
  };
  const at = (name: string) => ({ step_id: name, work_id: `${task}:${name}`, epoch: 1, turn: 0 });
  const retry = { max_attempts: 4, initial_ms: 500, factor: 2, max_ms: 30_000 };
  const dispatched = (name: string) =>
    event('StepDispatched', {
      ...at(name),
      agent: 'echo',
      queue: 'agent.echo',
      input: with_(id, name),
      journal: [],
      max_tokens: 0,
      priority: 5,
      deadline_at: 0,
    });
  const planned = names.map((name, n) => ({
    step_id: name,
    work_id: `${task}:${name}`,
    agent: 'echo',
    queue: 'agent.echo',
    needs: n ? [names[n - 1]] : [],
    with: with_('${{ input.id }}', name),
    reason: 'Because.',
    retry,
    timeout_ms: 120_000,
    max_tokens: 0,
  }));
  await log.append([
    event('TaskAccepted', { workflow: 'bench@1', input: { id }, priority: 5, labels: {}, budget: {} }),
    event('PlanCreated', {
      planner: 'definition',
      name: 'bench',
      version: 1,
      steps: planned,
      output: '${{ steps.s5.output }}',
    }),
    dispatched('s1'),
  ]);
  for (const [n, name] of names.entries()) {
    const next = names[n + 1];
    const completed = event('StepCompleted', { ...at(name), output: with_(id, name), usage: none });
    await log.append([
      completed,
      next ? dispatched(next) : event('TaskCompleted', { output: with_(id, name), usage: { ...none, steps } }),
    ]);
  }
}

const submitted = (n: string): OutgoingMessage =>
  encodeMessage(
    { topic: topics.taskRequests, key: `bare-${n}`, name: 'SubmitTask' },
    { input: { id: `bare-${n}` } },
    { id: `bare-${n}`, source: 'bench', time: '', owner },
  );
const cpuUs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};

/** Log and stub without a gateway's clients; answers CPU us a task. */
async function alone(count: number, prefix: string): Promise<number> {
  let ended = 0;
  let started = Math.min(concurrency, count);
  const done = Promise.withResolvers<void>();
  const submit = (n: number): void => void log.append([submitted(`${prefix}-${n}`)]);
  const tail = await log.tail({
    topics: [topics.planEvents],
    from: 'end',
    onRecords: ({ records }) => {
      for (const { headers } of records)
        if (headers['ce_type']!.includes('TaskCompleted') && (ended += 1) === count) done.resolve();
      for (; started < Math.min(count, ended + concurrency); started += 1) submit(started);
    },
  });
  const begun = process.cpuUsage();
  for (let n = 0; n < started; n += 1) submit(n);
  await done.promise;
  await tail.close();
  return cpuUs(begun) / count;
}

const bares: number[] = [];
for (let block = 0; block < blocks; block += 1) bares.push(await alone(perBlock, `bare-${block}`));
const agent = {
  kind: 'agent',
  name: 'echo',
  version: 1,
  hash: 'h',
  description: '',
  queue: 'agent.echo',
  max_tokens: 0,
  input_schema: {},
  output_schema: {},
} as const;
await log.append([
  encodeMessage({ topic: topics.registry, key: registryKey(agent), name: 'AgentEntry' }, agent, {
    id: 'echo',
    source: 'bench',
    time: '',
    owner,
  }),
]);
const gateway = await startGateway({
  log,
  objects: {
    put: () => Promise.resolve(),
    get: () => Promise.reject(new Error('none')),
    delete: () => Promise.resolve(),
    list: () => Promise.resolve([]),
  },
  readModels: sqliteReadModels(join(folder, 'gateway.db')),
  clock: systemClock,
  instanceId: 'bench',
  config: gatewayConfigOf(z.object(gatewaySettings).parse({ PORT: '0' })),
  logger: createLogger('gateway', { level: 'warn' }),
  tracer: dormantTracer(),
  metrics: createMetrics('gateway'),
});
await gateway.ready();

const client = fork(
  new URL('gateway-load.ts', import.meta.url),
  [gateway.address, String(concurrency), String(steps)],
  { execArgv: [] },
);
client.on('exit', (code) => code !== 0 && process.exit(1));
const answers: (message: Block) => void = (message) => waiting?.(message);
client.on('message', answers);
let waiting: ((block: Block) => void) | undefined;
interface Block {
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}
const runBlock = (count: number): Promise<Block> =>
  new Promise((resolve) => {
    waiting = resolve;
    client.send({ count });
  });

const costs: number[] = [];
let last: Block = { seconds: 0, p50: 0, p99: 0 };
await new Promise<void>((resolve) => (waiting = () => resolve()));
await runBlock(perBlock * 4);
for (let block = 0; block < blocks; block += 1) {
  const begun = process.cpuUsage();
  last = await runBlock(perBlock);
  costs.push(cpuUs(begun) / perBlock);
}
/** Other work on the machine only ever adds. */
const quarter = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 2]!;
const own = quarter(costs) - quarter(bares);
const figures = {
  tasks_per_s: Math.round(perBlock / last.seconds),
  requests_per_s: Math.round((3 * perBlock) / last.seconds),
  wf_p50_ms: last.p50,
  wf_p99_ms: last.p99,
  cpu_us_per_task: Math.round(quarter(costs)),
  log_and_stub_us_per_task: Math.round(quarter(bares)),
  gateway_us_per_task: Math.round(own),
  gateway_us_per_request: Math.round(own / 3),
  rss_mb: Math.round(process.memoryUsage().rss / 1_048_576),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
client.disconnect();
await gateway.close();
await log.close();
rmSync(folder, { recursive: true, force: true });
process.exit();
