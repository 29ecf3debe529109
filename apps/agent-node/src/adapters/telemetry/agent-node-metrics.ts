/** The agent node's figures for Prometheus. */
import type { Logger, Metrics } from '@waybill/telemetry';
import type { ActivationCounters } from '../../ports/observation.ts';

export function agentNodeCounters(metrics: Metrics, logger: Logger): ActivationCounters {
  const activations = metrics.counter({
    name: 'waybill_activations_total',
    help: 'Activations by agent and how they ended',
    labelNames: ['agent', 'outcome'],
  });
  const seconds = metrics.histogram({
    name: 'waybill_activation_seconds',
    help: 'From taking an activation to its durable result',
    labelNames: ['agent'],
  });
  const lost = metrics
    .counter({ name: 'waybill_token_records_lost_total', help: 'Token records that could not be written' })
    .labels();
  return {
    activated(agent, how, ms) {
      activations.labels({ agent, outcome: how }).inc();
      if (how !== 'repeated' && how !== 'cancelled') seconds.labels({ agent }).observe(ms / 1_000);
    },
    lostTokens(error) {
      lost.inc();
      logger.warn('Tokens could not be written', { error });
    },
  };
}
