/** What services see of metrics: definitions, time series bound to label values, one service's set of them. */
import type { CounterCell, GaugeCell, HistogramCell } from './metric-cells.ts';
import type { MetricsText } from './metrics-text.ts';

export type LabelsOf<L extends string> = Readonly<Record<L, string | number>>;
export type LabelArguments<L extends string> = [L] extends [never] ? [] : [values: LabelsOf<L>];

/** A metric: bind a time series once with `labels(...)`, keep it, count on it. */
export interface LabelledMetric<L extends string, Cell> {
  /** Throws TypeError on missing or unknown labels. Use values from small fixed sets: never ids, never what a client typed. */
  labels(...values: LabelArguments<L>): Cell;
  remove(...values: LabelArguments<L>): void;
  /** Forgets all time series; for gauges that are filled anew by each `collect`. */
  clear(): void;
}
export type Counter<L extends string = never> = LabelledMetric<L, CounterCell>;
export type Gauge<L extends string = never> = LabelledMetric<L, GaugeCell>;
export type Histogram<L extends string = never> = LabelledMetric<L, HistogramCell>;

export type MetricOptions<L extends string, M> = {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly L[];
  /** Called at each scrape before the value is read; bounded to 1 s. */
  readonly collect?: (metric: M) => void | Promise<void>;
};
/** Upper bounds in the metric's unit, ascending; 1 ms to 60 s when absent. */
export type HistogramOptions<L extends string> = MetricOptions<L, Histogram<L>> & {
  readonly buckets?: readonly number[];
};

/** Each throws TypeError on a name against the conventions; asking twice for one name and type gives the same metric. */
export interface Metrics extends MetricsText {
  readonly service: string;
  counter<L extends string = never>(options: MetricOptions<L, Counter<L>>): Counter<L>;
  gauge<L extends string = never>(options: MetricOptions<L, Gauge<L>>): Gauge<L>;
  histogram<L extends string = never>(options: HistogramOptions<L>): Histogram<L>;
}
