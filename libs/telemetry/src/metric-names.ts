/** Prometheus naming, checked once when a metric is defined: a wrong name is a programming error and throws TypeError. */
import type { MetricType } from './metric-family.ts';

const metricName = /^waybill_[a-z0-9_]*[a-z0-9]$/;
const labelName = /^[a-z][a-z0-9_]*$/;
const seriesSuffix = /_(total|bucket|sum|count)$/;
const wrongUnit = /_(ms|millis|milliseconds|minutes|kb|mb|kilobytes|megabytes|percent)(_total)?$/; // seconds, bytes, ratio
const reservedLabels = new Set(['service', 'le']);

export function checkMetricNames(type: MetricType, name: string, labelNames: readonly string[]): void {
  if (!metricName.test(name))
    throw new TypeError(`${name}: a metric is named waybill_..., lower case with underscores`);
  if (wrongUnit.test(name)) throw new TypeError(`${name}: use base units (seconds, bytes, ratio)`);
  if (type === 'counter' && !name.endsWith('_total')) throw new TypeError(`${name}: a counter ends in _total`);
  if (type !== 'counter' && seriesSuffix.test(name))
    throw new TypeError(`${name}: only counters end in _total, and no metric like a series`);
  for (const label of labelNames) {
    if (!labelName.test(label) || reservedLabels.has(label)) throw new TypeError(`${name}: ${label} cannot be a label`);
  }
}
