/** The rag-indexer as a Nest microservice over any log, store and index. */
import { NestFactory } from '@nestjs/core';
import { PlatformError } from '@waybill/contracts';
import { embeddedText } from '@waybill/knowledge';
import { deadLetterCounter, LogTransport, showConsumerLag, type Clock, type ConsumerHooks } from '@waybill/messaging';
import { createMetrics, dormantTracer, nullLogger, type Logger, type Metrics, type Tracer } from '@waybill/telemetry';
import { observation } from './adapters/telemetry/observation.ts';
import { RagIndexerModule, type RagIndexerPorts } from './app.module.ts';
import { RagIndexerConfig } from './config.ts';
import type { RebuildReports } from './ports/rebuild-reports.ts';
import { RebuildIndex } from './use-cases/rebuild-index.ts';

export interface RagIndexerOptions extends Omit<RagIndexerPorts, 'observation' | 'reports' | 'documentsAtOnce'> {
  readonly tracer?: Tracer;
  readonly metrics?: Metrics;
  readonly logger?: Logger;
  readonly random?: () => number;
  readonly config?: Partial<RagIndexerConfig>;
}

export interface RunningService {
  /** Finishes what runs; the ports stay open. */
  close(): Promise<void>;
}

/** Resolves when it takes requests: once the index holds what the log says. */
export async function startRagIndexer(options: RagIndexerOptions): Promise<RunningService> {
  const { log, clock, random, tracer = dormantTracer(), logger = nullLogger, index, embedder } = options;
  const { metrics = createMetrics('rag-indexer') } = options;
  const { documentsAtOnce, searchesAtOnce } = RagIndexerConfig.parse(options.config ?? {});
  const transport = new LogTransport({
    log,
    clock,
    group: 'rag-indexer',
    hooks: hooks(logger, metrics),
    tuning: {
      'rag-indexer.documents': { maxInFlight: documentsAtOnce },
      'rag-indexer.search': { maxInFlight: searchesAtOnce },
    },
    ...(random && { random }),
  });
  showConsumerLag(metrics, 'indexer', transport);
  const app = await NestFactory.createMicroservice(
    RagIndexerModule.register({
      ...options,
      observation: observation(tracer, metrics),
      reports: rebuildReports(logger),
      documentsAtOnce,
    }),
    {
      strategy: transport,
      logger: false,
    },
  );
  await app.get(RebuildIndex).execute();
  await app.listen();
  const renewal = startRenewal({ index, embedder, clock }, logger);
  return {
    async close() {
      await app.close();
      await renewal.stop();
    },
  };
}

const renewAgainMs = 60_000;

/** After a change of embedder, beside the daily work: until it is done words alone find the older passages. What passes by itself does not end it. */
function startRenewal(
  { index, embedder, clock }: Pick<RagIndexerOptions, 'index' | 'embedder' | 'clock'>,
  logger: Logger,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** False: it is to be tried again. */
  const isDone = async (): Promise<boolean> => {
    try {
      const count = await index.renewVectors(async (texts) => {
        if (signal.aborted) throw new PlatformError('cancelled');
        return embedder.embed(texts.map((text) => embeddedText(text.name, text)));
      });
      if (count > 0) logger.info('Passages were embedded anew', { count, embedder: embedder.name });
      return true;
    } catch (error) {
      if (signal.aborted) return true;
      const passes = error instanceof PlatformError && error.retryable;
      const next = passes ? 'it is tried again in a minute' : 'the next start goes on';
      logger.warn(`Passages could not be embedded anew; ${next}`, { error });
      return !passes;
    }
  };
  const renew = async (): Promise<void> => {
    while (!(await isDone()) && !signal.aborted) await pause(clock, renewAgainMs, signal);
  };
  const renewed = renew();
  return {
    stop() {
      stopping.abort();
      return renewed;
    },
  };
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
  });
}

const rebuildReports = (logger: Logger): RebuildReports => ({
  begun: (why, documents) => logger.info('The knowledge index is rebuilt', { why, documents }),
  passedOver: (what, failure) =>
    logger.warn(
      'The rebuild passes over what cannot be read any more; what is not listed as deleted may be sent again',
      {
        what,
        failure,
      },
    ),
});

function hooks(logger: Logger, metrics: Metrics): ConsumerHooks {
  const dead = deadLetterCounter(metrics, 'indexer');
  return {
    onRetry: ({ consumer, failures, error }) => logger.warn('A record is tried again', { consumer, failures, error }),
    onDeadLetter({ message, failure }) {
      dead.onDeadLetter();
      logger.error('A record was dead-lettered', { topic: message.topic, offset: message.offset, failure });
    },
    onError: (error, doing) => logger.warn('Something failed that does not stop the rag-indexer', { doing, error }),
  };
}
