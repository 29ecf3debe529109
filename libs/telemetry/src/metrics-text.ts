/**
 * The exposition text, written by prom-client's registry. Families of one name (the same metric in several services)
 * become one family, as the format demands.
 */
import type { Metric } from 'prom-client';
import Registry from 'prom-client/lib/registry.js';
import type { MetricType, ScrapedFamily } from './metric-family.ts';

/** A scrape's answer. */
export interface MetricsText {
  /** For the HTTP header: Prometheus text format 0.0.4. */
  readonly contentType: string;
  /** Runs the `collect` callbacks, then writes all time series. Rejects only when two services give one name different types. */
  text(): Promise<string>;
}

export interface Scrapable {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  get(): Promise<ScrapedFamily>;
}

export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE;

export async function renderFamilies(families: readonly Scrapable[]): Promise<string> {
  const registry = new Registry();
  for (const sameName of Map.groupBy(families, (family) => family.name).values()) {
    registry.registerMetric(asOneMetric(sameName) as unknown as Metric); // the registry reads name, help, type and get() alone
  }
  return registry.metrics();
}

function asOneMetric(families: readonly Scrapable[]): Scrapable {
  const [first] = families as [Scrapable];
  if (families.some((family) => family.type !== first.type)) throw new TypeError(`${first.name} has several types`);
  const get = async (): Promise<ScrapedFamily> => {
    const scraped = await Promise.all(families.map((family) => family.get()));
    return { name: first.name, help: first.help, type: first.type, values: scraped.flatMap(({ values }) => values) };
  };
  return { name: first.name, help: first.help, type: first.type, get };
}
