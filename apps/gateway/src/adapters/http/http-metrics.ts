/** What the gateway counts: requests by route and status, their latency, and what its parts report at each scrape. */
import type { CounterCell, HistogramCell, Metrics } from '@waybill/telemetry';

export interface GatewayGauges {
  streamsOpen(): number;
  liveBytes(): number;
  liveTasks(): number;
  projectionLag(): Promise<number>;
}

type AlarmKind = 'gap' | 'hole' | 'unreadable' | 'projection';

export class HttpMetrics {
  private readonly cells = new Map<string, Map<number, { requests: CounterCell; latency: HistogramCell }>>();
  private readonly requests;
  private readonly latency;
  private readonly alarms: Readonly<Record<AlarmKind, CounterCell>>;
  private readonly projected;

  constructor(metrics: Metrics, gauges: GatewayGauges) {
    this.requests = metrics.counter({
      name: 'waybill_http_requests_total',
      help: 'Requests by route and status.',
      labelNames: ['route', 'status'],
    });
    this.latency = metrics.histogram({
      name: 'waybill_http_request_duration_seconds',
      help: 'From the first byte of a request to its answer; for a stream until it was opened.',
      labelNames: ['route'],
    });
    const alarms = metrics.counter({
      name: 'waybill_gateway_alarms_total',
      help: 'Gaps, holes and unreadable records that were met.',
      labelNames: ['kind'],
    });
    const alarm = (kind: AlarmKind): CounterCell => alarms.labels({ kind });
    // From the start: what appears with its first value does not increase.
    this.alarms = {
      gap: alarm('gap'),
      hole: alarm('hole'),
      unreadable: alarm('unreadable'),
      projection: alarm('projection'),
    };
    this.projected = metrics.counter({
      name: 'waybill_gateway_projected_records_total',
      help: 'Records that were written to the read model.',
    });
    gauge(metrics, 'waybill_gateway_streams_open', 'Event streams that are open.', () => gauges.streamsOpen());
    gauge(metrics, 'waybill_gateway_live_bytes', 'Memory of recent tasks.', () => gauges.liveBytes());
    gauge(metrics, 'waybill_gateway_live_tasks', 'Recent tasks in memory.', () => gauges.liveTasks());
    gauge(
      metrics,
      'waybill_gateway_projection_lag_records',
      'Records between the read model and the end of the log.',
      () => gauges.projectionLag(),
    );
  }

  observe(route: string, status: number, ms: number): void {
    let byStatus = this.cells.get(route);
    if (!byStatus)
      this.cells.set(route, (byStatus = new Map<number, { requests: CounterCell; latency: HistogramCell }>()));
    let cell = byStatus.get(status);
    if (!cell) {
      cell = { requests: this.requests.labels({ route, status }), latency: this.latency.labels({ route }) };
      byStatus.set(status, cell);
    }
    cell.requests.inc();
    cell.latency.observe(ms / 1_000);
  }

  alarm(kind: AlarmKind): void {
    this.alarms[kind].inc();
  }

  countProjected(records: number): void {
    this.projected.labels().inc(records);
  }
}

function gauge(metrics: Metrics, name: string, help: string, read: () => number | Promise<number>): void {
  metrics.gauge({
    name,
    help,
    collect: async (metric) => metric.labels().set(await read()),
  });
}
