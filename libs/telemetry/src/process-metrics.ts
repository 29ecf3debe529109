/**
 * CPU, memory and event loop of this process, read at scrape time only. prom-client's event loop monitor wakes an idle
 * process 100 times a second (0.45 % of a core), so it is left out; its gc observer costs nothing measurable, but would
 * have to be opened and closed. The loop's own counters are free: rate(active) is its utilisation, rate(active) /
 * rate(iterations) the mean turn.
 */
import { performance } from 'node:perf_hooks';
import type { MetricType, ScrapedFamily } from './metric-family.ts';
import type { Scrapable } from './metrics-text.ts';

type Reading = { name: string; help: string; type: MetricType; read: () => number | Promise<number> };

const readings: readonly Reading[] = [
  counter('process_cpu_user_seconds_total', 'User CPU time spent', () => process.cpuUsage().user / 1e6),
  counter('process_cpu_system_seconds_total', 'System CPU time spent', () => process.cpuUsage().system / 1e6),
  counter('process_cpu_seconds_total', 'User and system CPU time spent', cpuSeconds),
  gauge('process_start_time_seconds', 'Start of the process since the epoch', () => performance.timeOrigin / 1000),
  gauge('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss()),
  gauge('nodejs_heap_size_used_bytes', 'Heap in use', () => process.memoryUsage().heapUsed),
  gauge('nodejs_heap_size_total_bytes', 'Heap reserved', () => process.memoryUsage().heapTotal),
  gauge(
    'nodejs_external_memory_bytes',
    'Memory outside the heap, buffers included',
    () => process.memoryUsage().external,
  ),
  counter('nodejs_eventloop_active_seconds_total', 'Time the event loop worked', () => loop().active / 1000),
  counter('nodejs_eventloop_idle_seconds_total', 'Time the event loop waited', () => loop().idle / 1000),
  counter(
    'nodejs_eventloop_iterations_total',
    'Turns of the event loop',
    () => performance.nodeTiming.uvMetricsInfo.loopCount,
  ),
  gauge('nodejs_eventloop_lag_seconds', 'Delay of an immediate callback at the time of the scrape', lagSeconds),
];

export function processFamilies(): Scrapable[] {
  return readings.map(({ name, help, type, read }) => {
    const get = async (): Promise<ScrapedFamily> => ({
      name,
      help,
      type,
      values: [{ labels: {}, value: await read() }],
    });
    return { name, help, type, get };
  });
}

function counter(name: string, help: string, read: Reading['read']): Reading {
  return { name, help, type: 'counter', read };
}

function gauge(name: string, help: string, read: Reading['read']): Reading {
  return { name, help, type: 'gauge', read };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function loop(): { active: number; idle: number } {
  return performance.eventLoopUtilization();
}

function lagSeconds(): Promise<number> {
  const start = performance.now();
  return new Promise((resolve) => setImmediate(() => resolve((performance.now() - start) / 1000)));
}
