/**
 * `npm run bench`: the workloads of docs/benchmarks.md over the public HTTP interface, as a table and JSON.
 * Every figure is of this machine at this moment: compare only figures of one run, and look at the calibration first.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort, PlatformProcess } from '@waybill/testing';
import { calibrate, round, table } from './support/figures.ts';
import { BenchClient } from './support/http.ts';
import { workflows } from './support/workflows.ts';
import { idle, latency, throughput, tokens, type Figures } from './support/workloads.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'start,W3,W1,W2,W4' },
    tasks: { type: 'string', default: '2000' },
    json: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
const chosen = values.only.split(',');
const tasks = values.smoke ? 50 : Number(values.tasks);
const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'waybill-bench-'));
const results: Record<string, Figures> = { machine: { ...calibrate(scratch) } };

async function withPlatform(
  command: readonly [string, ...string[]],
  work: (client: BenchClient, process: PlatformProcess, readyMs: number) => Promise<void>,
): Promise<void> {
  const platform = new PlatformProcess({
    script: join(root, command[0]),
    args: command.slice(1),
    dataDir: join(scratch, 'data'),
    port: await freePort(),
    env: { LOG_LEVEL: 'warn' },
  });
  try {
    const readyMs = await platform.start();
    await work(new BenchClient(platform.url), platform, readyMs);
  } finally {
    await platform.end('SIGTERM');
    rmSync(join(scratch, 'data'), { recursive: true, force: true });
  }
}

async function putWorkflows(client: BenchClient): Promise<void> {
  for (const { definition } of Object.values(workflows))
    await client.call('PUT', `/v1/workflows/${definition.name}`, definition);
}

await withPlatform(['tools/bootstrap.mjs', 'start', '--no-sample'], async (client, platform, readyMs) => {
  await putWorkflows(client);
  if (chosen.includes('start'))
    results['start'] = { ready_ms: round(readyMs), ...(await idle(platform.pid, values.smoke ? 1 : 5)) };
  if (chosen.includes('W3')) results['W3'] = await latency(client, values.smoke ? 20 : 300);
  if (chosen.includes('W1')) results['W1'] = await throughput(client, platform.pid, 'bench_chain', tasks);
  if (chosen.includes('W2')) results['W2'] = await throughput(client, platform.pid, 'bench_diamond', tasks);
});
if (chosen.includes('W4')) {
  await withPlatform(['bench/support/token-platform.ts'], async (client, platform) => {
    // As for the other workloads, and as on the peers, where this one comes after them: what is measured is a process that has been at work.
    await putWorkflows(client);
    await throughput(client, platform.pid, 'bench_chain', values.smoke ? 20 : 500);
    results['W4'] = await tokens(client, values.smoke ? 1 : 5);
  });
}
rmSync(scratch, { recursive: true, force: true });

const rows = Object.entries(results).flatMap(([workload, figures]) =>
  Object.entries(figures).map(([name, value]) => [workload, name, String(value)]),
);
console.log(table([['workload', 'figure', 'value'], ...rows]));
console.log(JSON.stringify(results));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
