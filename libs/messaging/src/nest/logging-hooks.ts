/** What is told when nobody asked for hooks: Nest's logger hears of everything that would otherwise pass in silence. */
import type { LoggerService } from '@nestjs/common';
import { failureOf } from '@waybill/contracts';
import type { ConsumerHooks } from '../consumers/consumer-options.ts';

export function loggingHooks(logger: LoggerService): ConsumerHooks {
  return {
    onRetry: ({ consumer, failures, delayMs, error }) =>
      logger.warn(`${consumer}: failure ${failures}, again in ${delayMs} ms: ${describe(error)}`),
    onDeadLetter: ({ message: { topic, partition, offset }, failure, attempts }) =>
      logger.error(
        `Dead letter ${topic}/${partition}/${offset} after ${attempts} attempts: ${failure.code}, ${failure.detail}`,
      ),
    onError: (error, doing) => logger.warn(`${doing}: ${describe(error)}`),
  };
}

function describe(error: unknown): string {
  const { code, detail } = failureOf(error);
  return `${code}, ${detail}`;
}
