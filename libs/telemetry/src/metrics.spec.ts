import { expect, it, vi } from 'vitest';
import { createMetrics, mergeMetrics } from './metrics.ts';

const records = { name: 'waybill_records_total', help: 'Records read', labelNames: ['topic'] } as const;
const linesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => line.startsWith(name) || line.includes(` ${name} `));

it('writes counters, gauges and histograms as Prometheus reads them', async () => {
  const metrics = createMetrics('orchestrator');
  const read = metrics.counter(records).labels({ topic: 'task.results' });
  read.inc();
  read.inc(2);
  const plans = metrics.gauge({ name: 'waybill_live_plans', help: 'Plans in memory' }).labels();
  plans.set(7);
  plans.inc();
  plans.dec(3);
  const commit = metrics.histogram({ name: 'waybill_commit_seconds', help: 'Commits', buckets: [0.01, 0.1] }).labels();
  for (const seconds of [0.005, 0.01, 0.05, 3, Number.NaN]) commit.observe(seconds);
  const text = await metrics.text();
  expect(linesOf(text, 'waybill_records_total')).toEqual([
    '# HELP waybill_records_total Records read',
    '# TYPE waybill_records_total counter',
    'waybill_records_total{service="orchestrator",topic="task.results"} 3',
  ]);
  expect(text).toContain('waybill_live_plans{service="orchestrator"} 5');
  expect(linesOf(text, 'waybill_commit_seconds_')).toEqual([
    'waybill_commit_seconds_bucket{service="orchestrator",le="0.01"} 2',
    'waybill_commit_seconds_bucket{service="orchestrator",le="0.1"} 3',
    'waybill_commit_seconds_bucket{service="orchestrator",le="+Inf"} 4',
    'waybill_commit_seconds_sum{service="orchestrator"} 3.065',
    'waybill_commit_seconds_count{service="orchestrator"} 4',
  ]);
  expect(metrics.contentType).toContain('version=0.0.4');
});

it('ignores amounts that a counter cannot take', () => {
  const cell = createMetrics('gateway').counter(records).labels({ topic: 'a' });
  cell.inc(-1);
  cell.inc(Number.NaN);
  cell.raiseTo(5);
  cell.raiseTo(3);
  expect(cell.value).toBe(5);
});

it('gives the same series for the same labels, and the same metric when asked again', () => {
  const metrics = createMetrics('gateway');
  const counter = metrics.counter(records);
  expect(counter.labels({ topic: 'a' })).toBe(metrics.counter(records).labels({ topic: 'a' }));
  expect(counter.labels({ topic: 'a' })).not.toBe(counter.labels({ topic: 'b' }));
});

it('refuses one name for two metrics', () => {
  const metrics = createMetrics('gateway');
  metrics.counter(records);
  expect(() => metrics.counter({ ...records, labelNames: ['queue'] })).toThrow(TypeError);
});

it('asks a collecting metric at each scrape only', async () => {
  const metrics = createMetrics('gateway');
  const collect = vi.fn<() => void>();
  const lag = metrics.gauge({
    name: 'waybill_lag_records',
    help: 'Lag',
    labelNames: ['topic'] as const,
    collect: (gauge) => {
      collect();
      gauge.clear();
      gauge.labels({ topic: `t${collect.mock.calls.length}` }).set(9);
    },
  });
  lag.labels({ topic: 'gone' }).set(1);
  lag.remove({ topic: 'gone' });
  expect(collect).not.toHaveBeenCalled();
  await metrics.text();
  expect(linesOf(await metrics.text(), 'waybill_lag_records{')).toEqual([
    'waybill_lag_records{service="gateway",topic="t2"} 9',
  ]);
});

it('leaves a metric out whose collecting fails or hangs, and counts that', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const metrics = createMetrics('gateway');
  metrics.gauge({
    name: 'waybill_broken',
    help: 'Fails',
    collect: () => Promise.reject(new Error('database is away')),
  });
  metrics.gauge({ name: 'waybill_hanging', help: 'Hangs', collect: () => new Promise(() => {}) });
  metrics.counter(records).labels({ topic: 'a' }).inc();
  const first = metrics.text();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(linesOf(await first, 'waybill_broken{')).toEqual([]);
  expect(await first).toContain('waybill_records_total{service="gateway",topic="a"} 1');
  const second = metrics.text();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(linesOf(await second, 'waybill_scrape_failures_total{').sort()).toHaveLength(2);
  vi.useRealTimers();
});

it('shares one series once there are too many', () => {
  const counter = createMetrics('gateway').counter(records);
  for (let i = 0; i < 1_000; i += 1) counter.labels({ topic: `t${i}` });
  expect(counter.labels({ topic: 'late' })).toBe(counter.labels({ topic: 'later' }));
  expect(counter.labels({ topic: 't3' })).not.toBe(counter.labels({ topic: 'later' }));
});

it.each([
  ['counter', 'waybill_records', []],
  ['counter', 'records_total', []],
  ['counter', 'waybill_Records_total', []],
  ['gauge', 'waybill_records_total', []],
  ['gauge', 'waybill_wait_ms', []],
  ['counter', 'waybill_records_total', ['service']],
  ['counter', 'waybill_records_total', ['Topic']],
] as const)('refuses the %s %s with labels %s', (type, name, labelNames) => {
  expect(() =>
    createMetrics('gateway')[type]({ name, help: 'wrong', labelNames: [...labelNames] as string[] }),
  ).toThrow(TypeError);
});

it('refuses buckets that do not ascend', () => {
  expect(() =>
    createMetrics('gateway').histogram({ name: 'waybill_wait_seconds', help: 'Wait', buckets: [1, 1] }),
  ).toThrow(TypeError);
});

it('refuses missing and unknown labels', () => {
  const counter = createMetrics('gateway').counter(records) as unknown as { labels(values: object): unknown };
  expect(() => counter.labels({})).toThrow(TypeError);
  expect(() => counter.labels({ queue: 'a' })).toThrow(TypeError);
});

it('merges services into one page with one head for each metric, later ones too', async () => {
  const gateway = createMetrics('gateway');
  const orchestrator = createMetrics('orchestrator');
  const merged = mergeMetrics([gateway, orchestrator]);
  gateway.counter(records).labels({ topic: 'plan.events' }).inc();
  orchestrator.counter(records).labels({ topic: 'task.results' }).inc(4);
  const text = await merged.text();
  expect(linesOf(text, 'waybill_records_total')).toEqual([
    '# HELP waybill_records_total Records read',
    '# TYPE waybill_records_total counter',
    'waybill_records_total{service="gateway",topic="plan.events"} 1',
    'waybill_records_total{service="orchestrator",topic="task.results"} 4',
  ]);
  expect(linesOf(text, 'process_cpu_seconds_total').filter((line) => !line.startsWith('#'))).toHaveLength(1);
  expect(merged.contentType).toBe(gateway.contentType);
});

it('refuses to merge one name of two types, and what it did not make', async () => {
  const gateway = createMetrics('gateway');
  const orchestrator = createMetrics('orchestrator');
  gateway.gauge({ name: 'waybill_wait_seconds', help: 'Wait' });
  orchestrator.histogram({ name: 'waybill_wait_seconds', help: 'Wait' });
  await expect(mergeMetrics([gateway, orchestrator]).text()).rejects.toThrow('several types');
  expect(() => mergeMetrics([{ ...gateway } as never])).toThrow(TypeError);
});

it('shows CPU, memory and event loop of the process', async () => {
  const text = await createMetrics('gateway').text();
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
    expect(Number(linesOf(text, name).at(-1)?.split(' ').at(-1))).toBeGreaterThan(0);
  }
});
