/** W1 to W4, each against a platform that already runs. Times in ms, CPU of the platform and its servers, not of the client. */
import { percentile, round } from './figures.ts';
import type { BenchClient } from './http.ts';
import type { BenchPlatform } from './platforms.ts';
import { workflows, type BenchWorkflow } from './workflows.ts';

export type Figures = Record<string, number>;

let runs = 0;
const tag = Date.now().toString(36);
export const nextId = (): string => `bench-${tag}-${(runs += 1)}`;

export async function pool(count: number, concurrency: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

export async function throughput(
  { client, cpu, memory }: BenchPlatform,
  workflow: BenchWorkflow,
  tasks: number,
): Promise<Figures> {
  await pool(Math.min(500, tasks), 200, async () => void (await client.run(workflow, nextId())));
  const latencies: number[] = [];
  const cpuBefore = cpu();
  const begun = performance.now();
  await pool(tasks, 200, async () => {
    const at = performance.now();
    await client.run(workflow, nextId());
    latencies.push(performance.now() - at);
  });
  const seconds = (performance.now() - begun) / 1_000;
  const steps = tasks * workflows[workflow].steps;
  return {
    steps_per_s: round(steps / seconds),
    tasks_per_s: round(tasks / seconds),
    cpu_ms_per_step: round((cpu() - cpuBefore) / steps),
    task_p50_ms: round(percentile(latencies, 0.5)),
    task_p99_ms: round(percentile(latencies, 0.99)),
    memory_mb: round(memory()),
  };
}

export async function latency(client: BenchClient, tasks: number): Promise<Figures> {
  for (let i = 0; i < Math.min(30, tasks); i += 1) await client.run('bench_one', nextId());
  const latencies: number[] = [];
  for (let i = 0; i < tasks; i += 1) {
    const at = performance.now();
    await client.run('bench_one', nextId());
    latencies.push(performance.now() - at);
  }
  return {
    p50_ms: round(percentile(latencies, 0.5)),
    p95_ms: round(percentile(latencies, 0.95)),
    p99_ms: round(percentile(latencies, 0.99)),
  };
}

/** The `ticker` agent speaks 200 tokens in a second, each the time at which it was spoken. */
export async function tokens(client: BenchClient, rounds: number): Promise<Figures> {
  const firsts: number[] = [];
  const lags: number[] = [];
  for (let i = 0; i < rounds; i += 1) await tokenRound(client, firsts, lags);
  return {
    first_token_p50_ms: round(percentile(firsts, 0.5)),
    lag_p50_ms: round(percentile(lags, 0.5)),
    lag_p99_ms: round(percentile(lags, 0.99)),
    tokens_per_round: round(lags.length / rounds),
  };
}

async function tokenRound(client: BenchClient, firsts: number[], lags: number[]): Promise<void> {
  const begun = now();
  let first = true;
  const definition = { steps: { speak: { agent: 'ticker', with: {} } }, output: '${{ steps.speak.output }}' };
  const { task_id: id } = await client.call<{ task_id: string }>('POST', '/v1/tasks', { definition });
  await client.stream(`/v1/tasks/${id}/events?tokens=true`, (frame) => {
    if (!frame.includes('event: token')) return;
    const text = (JSON.parse(/^data: (.*)$/m.exec(frame)![1]!) as { text: string }).text;
    for (const spokenAt of text.trim().split(' ')) {
      if (first) firsts.push(now() - begun);
      first = false;
      lags.push(now() - Number(spokenAt));
    }
  });
}

/** Comparable between processes of one machine, ms since 1970 with fractions. */
const now = (): number => performance.timeOrigin + performance.now();

export async function idle({ cpu, memory }: BenchPlatform, seconds: number): Promise<Figures> {
  const cpuBefore = cpu();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000)); // what is measured is that nothing happens
  return { idle_cpu_percent: round((cpu() - cpuBefore) / (seconds * 10)), idle_memory_mb: round(memory()) };
}
