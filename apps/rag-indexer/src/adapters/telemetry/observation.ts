/** Spans and figures of what the rag-indexer handles. */
import type { Failure } from '@waybill/contracts';
import { runInSpan, type Metrics, type Span, type SpanOptions, type Tracer } from '@waybill/telemetry';
import type { Ending } from '../../use-cases/request.ts';

export interface Observation {
  /** Runs the work in a span of this name, and counts it with how long it took and how it ended: to throw is to fail, too. */
  run(name: string, options: SpanOptions, work: (span: Span) => Promise<Ending>): Promise<void>;
  /** A document has come to this status. */
  document(status: string): void;
}

const requests = ['IngestDocument', 'DeleteDocument', 'Search'];

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
  // From the start: what appears with its first value does not increase.
  for (const request of requests) for (const outcome of ['handled', 'failed']) handled.labels({ request, outcome });
  documents.labels({ status: 'failed' });
  return {
    async run(request, options, work) {
      const begun = performance.now();
      let outcome = 'failed';
      try {
        const failure = await runInSpan(tracer, request, options, async (span) => {
          const ending = await work(span);
          if (ending) span.recordError(errorOf(ending));
          return ending;
        });
        if (!failure) outcome = 'handled';
      } finally {
        handled.labels({ request, outcome }).inc();
        seconds.labels({ request }).observe((performance.now() - begun) / 1_000);
      }
    },
    document: (status) => documents.labels({ status }).inc(),
  };
}

/** As spans want it. */
const errorOf = ({ code, class: errorClass, detail }: Failure): Error =>
  Object.assign(new Error(detail), { code, errorClass });
