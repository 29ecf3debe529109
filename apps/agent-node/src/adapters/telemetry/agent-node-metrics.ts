/** The agent node's figures for Prometheus. The series of an agent are looked up once, not with every activation. */
import type { Logger, Metrics } from '@waybill/telemetry';
import type { ActivationCounters } from '../../ports/observation.ts';

export function agentNodeCounters(metrics: Metrics, logger: Logger, agents: readonly string[]): ActivationCounters {
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
  const lostCalls = metrics
    .counter({
      name: 'waybill_model_call_records_lost_total',
      help: 'Model calls that ended after their activation and could not be recorded',
    })
    .labels();
  const secondsOf = remembering((agent) => seconds.labels({ agent }));
  const activationsOf = remembering((agent) => remembering((outcome) => activations.labels({ agent, outcome })));
  for (const agent of agents) activationsOf(agent)('failed'); // what appears with its first value does not increase
  return {
    activated(agent, how, ms) {
      activationsOf(agent)(how).inc();
      if (how !== 'repeated' && how !== 'cancelled') secondsOf(agent).observe(ms / 1_000);
    },
    lostTokens(error) {
      lost.inc();
      logger.warn('Tokens could not be written', { error });
    },
    lostCalls(error) {
      lostCalls.inc();
      logger.warn('A model call could not be recorded', { error });
    },
  };
}

function remembering<Value>(make: (name: string) => Value): (name: string) => Value {
  const known = new Map<string, Value>();
  return (name) => {
    let value = known.get(name);
    if (value === undefined) known.set(name, (value = make(name)));
    return value;
  };
}
