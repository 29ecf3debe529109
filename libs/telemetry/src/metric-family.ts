/**
 * A metric with its time series, in the shape that prom-client's registry reads (`name`, `help`, `type`, `get`).
 * Promises: at most 1,000 time series, further label sets share one named `other`; a `collect` that fails or takes over
 * a second leaves its family out of that scrape and harms no other.
 */
export type MetricType = 'counter' | 'gauge' | 'histogram';
export type LabelValues = Readonly<Record<string, string | number>>;
export type Sample = { metricName?: string; labels: LabelValues; value: number };
export type ScrapedFamily = { name: string; help: string; type: MetricType; values: Sample[] };

export type FamilyDefinition<Cell> = {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly labelNames: readonly string[];
  /** Labels that every time series carries. */
  readonly fixedLabels: LabelValues;
  readonly newCell: () => Cell;
  readonly samplesOf: (cell: Cell, labels: LabelValues) => Sample[];
  readonly collect: (() => void | Promise<void>) | undefined;
  readonly onCollectFailure: (name: string) => void;
};

type Series<Cell> = { readonly labels: LabelValues; readonly cell: Cell };
const seriesLimit = 1_000;
const overflowValue = 'other';
const collectTimeoutMs = 1_000;

export class MetricFamily<Cell> {
  private readonly series = new Map<string, Series<Cell>>();

  constructor(readonly definition: FamilyDefinition<Cell>) {
    if (definition.labelNames.length === 0) this.cell({}); // shows as zero from the start
  }

  get name(): string {
    return this.definition.name;
  }

  get help(): string {
    return this.definition.help;
  }

  get type(): MetricType {
    return this.definition.type;
  }

  /** The time series of these label values, made on first use. Throws TypeError when a label is missing or unknown. */
  cell(values: LabelValues): Cell {
    const key = this.keyOf(values);
    const known = this.series.get(key);
    if (known !== undefined) return known.cell;
    const isFull = this.series.size >= seriesLimit && this.definition.labelNames.length > 0;
    return isFull ? this.overflow() : this.add(key, values);
  }

  removeCell(values: LabelValues): void {
    this.series.delete(this.keyOf(values));
  }

  clear(): void {
    this.series.clear();
  }

  async get(): Promise<ScrapedFamily> {
    const { name, help, type, samplesOf } = this.definition;
    if (!(await this.isCollected())) return { name, help, type, values: [] };
    return {
      name,
      help,
      type,
      values: [...this.series.values()].flatMap(({ cell, labels }) => samplesOf(cell, labels)),
    };
  }

  private keyOf(values: LabelValues): string {
    const { name, labelNames } = this.definition;
    if (Object.keys(values).length !== labelNames.length)
      throw new TypeError(`${name} takes the labels ${labelNames.join()}`);
    return labelNames
      .map((label) => {
        const value = values[label];
        if (value === undefined) throw new TypeError(`${name} misses the label ${label}`);
        return value;
      })
      .join('\u0000');
  }

  private overflow(): Cell {
    const values = Object.fromEntries(this.definition.labelNames.map((label) => [label, overflowValue]));
    const key = this.keyOf(values);
    return this.series.get(key)?.cell ?? this.add(key, values);
  }

  private add(key: string, values: LabelValues): Cell {
    const cell = this.definition.newCell();
    const labels = Object.fromEntries(Object.entries(values).map(([label, value]) => [label, String(value)]));
    this.series.set(key, { labels: { ...this.definition.fixedLabels, ...labels }, cell });
    return cell;
  }

  private async isCollected(): Promise<boolean> {
    const { name, collect, onCollectFailure } = this.definition;
    try {
      const collected = collect?.();
      if (collected !== undefined) await withinTime(collected, name);
      return true;
    } catch {
      onCollectFailure(name);
      return false;
    }
  }
}

async function withinTime(collected: Promise<void>, name: string): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${name}: collecting took over ${collectTimeoutMs} ms`)),
    collectTimeoutMs,
  );
  try {
    await Promise.race([collected, late]);
  } finally {
    clearTimeout(timer);
  }
}
