/**
 * Metrics of one service, on a prom-client registry of its own. Every time series carries the label `service`, so that
 * several services in one process merge into one page; process metrics carry none and appear once.
 * Names follow Prometheus: `waybill_..._total` for counters, a unit such as `_seconds` or `_bytes` for histograms.
 */
import { CounterCell, GaugeCell, HistogramCell } from './metric-cells.ts';
import { MetricFamily } from './metric-family.ts';
import type { LabelValues, MetricType, Sample } from './metric-family.ts';
import type {
  Counter,
  Gauge,
  Histogram,
  HistogramOptions,
  LabelArguments,
  LabelledMetric,
  MetricOptions,
  Metrics,
} from './metric-types.ts';
import { checkMetricNames } from './metric-names.ts';
import { metricsContentType, renderFamilies } from './metrics-text.ts';
import type { MetricsText, Scrapable } from './metrics-text.ts';
import { processFamilies } from './process-metrics.ts';

export function createMetrics(service: string): Metrics {
  return new ServiceMetrics(service);
}

/** One page for several services; what they add later is on it too. Throws TypeError for metrics not made by `createMetrics`. */
export function mergeMetrics(sources: readonly Metrics[]): MetricsText {
  const services = sources.map((source) => {
    if (source instanceof ServiceMetrics) return source;
    throw new TypeError('mergeMetrics takes what createMetrics made');
  });
  const process = processFamilies();
  return {
    contentType: metricsContentType,
    text: () => renderFamilies([...services.flatMap((service) => service.families()), ...process]),
  };
}

const defaultBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

type Shape<Cell> = { type: MetricType; newCell: () => Cell; samplesOf: (cell: Cell, labels: LabelValues) => Sample[] };

class ServiceMetrics implements Metrics {
  readonly contentType = metricsContentType;
  private readonly own = new Map<string, Scrapable>();
  private readonly process = processFamilies();
  private readonly failures: Counter<'metric'>;

  constructor(readonly service: string) {
    this.failures = this.counter({
      name: 'waybill_scrape_failures_total',
      help: 'Metrics left out of a scrape because collecting them failed or took too long',
      labelNames: ['metric'],
    });
  }

  counter<L extends string = never>(options: MetricOptions<L, Counter<L>>): Counter<L> {
    return this.family(options, { type: 'counter', newCell: () => new CounterCell(), samplesOf: valueSample });
  }

  gauge<L extends string = never>(options: MetricOptions<L, Gauge<L>>): Gauge<L> {
    return this.family(options, { type: 'gauge', newCell: () => new GaugeCell(), samplesOf: valueSample });
  }

  histogram<L extends string = never>(options: HistogramOptions<L>): Histogram<L> {
    const bounds = Float64Array.from(options.buckets ?? defaultBuckets);
    if (bounds.some((bound, at) => !(bound > (bounds[at - 1] ?? -Infinity)))) {
      throw new TypeError(`${options.name}: buckets must ascend`);
    }
    const samplesOf = histogramSamples(options.name);
    return this.family(options, { type: 'histogram', newCell: () => new HistogramCell(bounds), samplesOf });
  }

  text(): Promise<string> {
    return renderFamilies([...this.families(), ...this.process]);
  }

  families(): Scrapable[] {
    return [...this.own.values()];
  }

  private family<L extends string, Cell>(
    options: MetricOptions<L, LabelledMetric<L, Cell>>,
    shape: Shape<Cell>,
  ): LabelledMetric<L, Cell> {
    const { name, help, labelNames = [], collect } = options;
    checkMetricNames(shape.type, name, labelNames);
    const known = this.own.get(name);
    if (known !== undefined) return asKnown<L, Cell>(known, shape.type, labelNames);
    const fixedLabels = { service: this.service };
    const onCollectFailure = (metric: string): void => this.failures.labels({ metric }).inc();
    const family: Family<L, Cell> = new Family<L, Cell>({
      name,
      help,
      labelNames,
      fixedLabels,
      onCollectFailure,
      ...shape,
      collect: collect === undefined ? undefined : () => collect(family),
    });
    this.own.set(name, family);
    return family;
  }
}

class Family<L extends string, Cell> extends MetricFamily<Cell> implements LabelledMetric<L, Cell> {
  labels(...[values]: LabelArguments<L>): Cell {
    return this.cell(values ?? {});
  }

  remove(...[values]: LabelArguments<L>): void {
    this.removeCell(values ?? {});
  }
}

function asKnown<L extends string, Cell>(
  known: Scrapable,
  type: MetricType,
  labelNames: readonly L[],
): Family<L, Cell> {
  if (known instanceof Family && known.type === type && known.definition.labelNames.join() === labelNames.join())
    return known;
  throw new TypeError(`${known.name} exists already with another type or other labels`);
}

function valueSample(cell: { readonly value: number }, labels: LabelValues): Sample[] {
  return [{ labels, value: cell.value }];
}

function histogramSamples(name: string): (cell: HistogramCell, labels: LabelValues) => Sample[] {
  return (cell, labels) => [
    ...cell
      .cumulative()
      .map(({ le, count }) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: count })),
    { metricName: `${name}_sum`, labels, value: cell.sum },
    { metricName: `${name}_count`, labels, value: cell.count },
  ];
}
