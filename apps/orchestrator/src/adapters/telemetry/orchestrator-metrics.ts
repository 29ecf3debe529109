/** The orchestrator's figures for Prometheus. */
import type { Logger, Metrics } from '@waybill/telemetry';
import type { OrchestratorCounters } from '../../use-cases/ports.ts';

export function orchestratorCounters(metrics: Metrics, logger: Logger): OrchestratorCounters {
  const events = metrics.counter({ name: 'waybill_plan_events_total', help: 'Events decided' }).labels();
  const commits = metrics.counter({ name: 'waybill_plan_commits_total', help: 'Batches committed' }).labels();
  const records = metrics
    .counter({ name: 'waybill_plan_records_total', help: 'Requests and results taken in' })
    .labels();
  const dead = metrics
    .counter({ name: 'waybill_plan_dead_letters_total', help: 'Records put aside because they cannot be processed' })
    .labels();
  const unreadable = metrics
    .counter({
      name: 'waybill_plan_unreadable_total',
      help: 'Times that a plan was loaded whose stored events cannot be read',
    })
    .labels();
  const ignored = metrics.counter({
    name: 'waybill_plan_ignored_total',
    help: 'Commands that changed nothing: repeated, or too late',
    labelNames: ['reason'],
  });
  const cells = { duplicate: ignored.labels({ reason: 'duplicate' }), late: ignored.labels({ reason: 'late' }) };
  return {
    decided: (count) => events.inc(count),
    ignored: (reason) => cells[reason].inc(),
    committed(count) {
      commits.inc();
      records.inc(count);
    },
    unreadable(error) {
      unreadable.inc();
      logger.error('A plan stands still', { error });
    },
    poisoned(reasons) {
      dead.inc(reasons.length);
      for (const reason of reasons) logger.error('A record was dead-lettered', { reason });
    },
  };
}
