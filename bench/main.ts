/**
 * `npm run bench`: the workloads of docs/benchmarks.md over the public HTTP interface, as a table and JSON;
 * with `--kafka` on real servers that it starts, with `--against FOLDER` beside another checkout, by turns.
 * Every figure is of this machine at this moment: compare only figures of one run, and look at the calibration first.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { calibrate, round, table } from './support/figures.ts';
import { embedded, onKafka, type BenchPlatform } from './support/platforms.ts';
import { byTurns } from './support/turns.ts';
import { workflows } from './support/workflows.ts';
import { idle, latency, throughput, tokens, type Figures } from './support/workloads.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'start,W1,W2,W3,W4' },
    tasks: { type: 'string', default: '2000' },
    json: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    kafka: { type: 'boolean', default: false },
    against: { type: 'string' },
  },
});
const chosen = values.only.split(',');
const tasks = values.smoke ? 50 : Number(values.tasks);
const scratch = mkdtempSync(join(tmpdir(), 'waybill-bench-'));
const results: Record<string, Figures> = { machine: { ...calibrate(scratch) } };

async function using(platform: BenchPlatform, work: () => Promise<void>): Promise<void> {
  try {
    for (const { definition } of Object.values(workflows))
      await platform.client.call('PUT', `/v1/workflows/${definition.name}`, definition);
    await work();
  } finally {
    await platform.close();
  }
}

const one = ({ client }: BenchPlatform): Promise<Figures> => latency(client, values.smoke ? 20 : 300);

async function workloads(platform: BenchPlatform): Promise<void> {
  if (chosen.includes('start'))
    results['start'] = { ready_ms: round(platform.readyMs), ...(await idle(platform, values.smoke ? 1 : 5)) };
  // V8 has not compiled their code yet: the first tasks of a process cost more than those that come later.
  if (chosen.includes('W3')) results['W3 of new processes'] = await one(platform);
  if (chosen.includes('W1')) results['W1'] = await throughput(platform, 'bench_chain', tasks);
  if (chosen.includes('W2')) results['W2'] = await throughput(platform, 'bench_diamond', tasks);
  if (chosen.includes('W3')) results['W3 at work'] = await one(platform);
}
const speak = async (platform: BenchPlatform): Promise<void> => {
  if (chosen.includes('W4')) results['W4'] = await tokens(platform.client, values.smoke ? 1 : 5);
};

/** In the same minutes, while the platform is idle. */
async function rawLimits(): Promise<void> {
  const raw = await embedded(scratch, ['bench/support/raw-server.ts']);
  await using(raw, async () => {
    if (chosen.includes('W3')) results['W3 raw'] = await latency(raw.client, values.smoke ? 20 : 300);
    if (chosen.includes('W1')) results['HTTP raw'] = await throughput(raw, 'bench_chain', tasks);
  });
}

async function against(folder: string): Promise<void> {
  const command = ['tools/bootstrap.mjs', 'start', '--no-sample'] as const;
  const here = await embedded(scratch, command);
  await using(here, async () => {
    const there = await embedded(scratch, command, resolve(folder));
    await using(there, async () => {
      const many = { concurrency: 200, tasks: values.smoke ? 20 : 400, turns: values.smoke ? 2 : 14 };
      const one = { concurrency: 1, tasks: values.smoke ? 5 : 50, turns: many.turns };
      if (chosen.includes('W3')) results['W3'] = await byTurns(here, there, { workflow: 'bench_one', ...one });
      if (chosen.includes('W1')) results['W1'] = await byTurns(here, there, { workflow: 'bench_chain', ...many });
      if (chosen.includes('W2')) results['W2'] = await byTurns(here, there, { workflow: 'bench_diamond', ...many });
    });
  });
}

if (values.against !== undefined) {
  await against(values.against);
} else if (values.kafka) {
  const platform = await onKafka((line) => console.error(`stack: ${line}`));
  await using(platform, async () => {
    await workloads(platform);
    await speak(platform);
    if (!chosen.includes('W3')) return;
    await platform.renew(); // servers outlive services
    results['W3 of new services on servers at work'] = await one(platform);
  });
} else {
  const platform = await embedded(scratch, ['tools/bootstrap.mjs', 'start', '--no-sample']);
  await using(platform, async () => {
    await workloads(platform);
    await rawLimits();
  });
  if (chosen.includes('W4')) {
    const speaking = await embedded(scratch, ['bench/support/token-platform.ts']);
    await using(speaking, async () => {
      // As for the other workloads, and as on the peers, where this one comes after them: what is measured is a process that has been at work.
      await throughput(speaking, 'bench_chain', values.smoke ? 20 : 500);
      await speak(speaking);
    });
  }
}
rmSync(scratch, { recursive: true, force: true });

const rows = Object.entries(results).flatMap(([workload, figures]) =>
  Object.entries(figures).map(([name, value]) => [workload, name, String(value)]),
);
console.log(table([['workload', 'figure', 'value'], ...rows]));
console.log(JSON.stringify(results));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
