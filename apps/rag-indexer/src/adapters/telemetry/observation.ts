/** Spans and figures of what the rag-indexer handles. */
import { runInSpan, type Metrics, type Span, type SpanOptions, type Tracer } from '@waybill/telemetry';

export interface Observation {
  /** Runs the work in a span of this name, and counts it with how long it took and whether it threw. */
  run(name: string, options: SpanOptions, work: (span: Span) => Promise<void>): Promise<void>;
  /** A document has come to this status. */
  document(status: string): void;
}

export function observation(tracer: Tracer, metrics: Metrics): Observation {
  const handled = metrics.counter({
    name: 'waybill_indexer_requests_total',
    help: 'Ingests, deletions and searches, and how they ended',
    labelNames: ['request', 'outcome'],
  });
  const seconds = metrics.histogram({
    name: 'waybill_indexer_request_seconds',
    help: 'From taking a request to its durable answer',
    labelNames: ['request'],
  });
  const documents = metrics.counter({
    name: 'waybill_documents_total',
    help: 'Documents that came to a status',
    labelNames: ['status'],
  });
  return {
    async run(request, options, work) {
      const begun = performance.now();
      let outcome = 'failed';
      try {
        await runInSpan(tracer, request, options, work);
        outcome = 'handled';
      } finally {
        handled.labels({ request, outcome }).inc();
        seconds.labels({ request }).observe((performance.now() - begun) / 1_000);
      }
    },
    document: (status) => documents.labels({ status }).inc(),
  };
}
