/** Holds every invariant against a world as it goes. The first breach ends the history. */
import { PlatformError, type IncomingMessage } from '@waybill/contracts';
import type { PlanCommit } from '@waybill/storage';
import type { PlanRecord } from '../../memory-plan-record.ts';
import type { Answers } from '../answers.ts';
import type { Broker } from '../broker.ts';
import type { Calm } from '../calm.ts';
import type { Circumstances } from '../circumstances.ts';
import { ParsedEvents } from '../parsed-events.ts';
import type { Poison } from '../poison.ts';
import type { Acknowledged } from '../sim-clients.ts';
import { activations } from './activations.ts';
import { appliedAnswers } from './applied-answers.ts';
import { budgets } from './budgets.ts';
import { inTime } from './in-time.ts';
import { breach, type Breach, type Invariant } from './invariant.ts';
import { oneTime } from './one-time.ts';
import { oneLife } from './one-life.ts';
import { PlanLogs } from './plan-logs.ts';
import { poisonHarmsItsOwn } from './poison-harm.ts';
import { cancelsHold, deadLettersAreRubbish, submissionsEnd } from './promises-kept.ts';
import { replayEqualsLive } from './replay.ts';
import { nobodyIsOvertaken } from './turns.ts';
import { belongsToSubmitter } from './whose.ts';
import { everythingIsRead, workFollowsEvents } from './work-and-events.ts';

export interface Violation extends Breach {
  readonly promise: string;
}

export interface Watched {
  readonly broker: Broker;
  readonly record: PlanRecord;
  readonly answers: Answers;
  readonly acknowledged: Acknowledged;
  readonly calm: Calm;
  readonly poison: Poison;
  readonly circumstances: Circumstances;
}

const oneOrder = 'The events of a plan have no gap once duplicates are removed, and the bytes at a place never change.';

export class Watch {
  violation: Violation | undefined;
  readonly logs: PlanLogs;
  private readonly invariants: readonly Invariant[];

  constructor({ broker, record, answers, acknowledged, calm, poison, circumstances }: Watched) {
    const parsed = new ParsedEvents();
    this.logs = new PlanLogs(parsed);
    this.invariants = [
      oneLife(poison),
      activations(),
      appliedAnswers(answers),
      budgets(),
      replayEqualsLive(this.logs, record, parsed),
      submissionsEnd(this.logs, acknowledged),
      cancelsHold(this.logs, acknowledged),
      deadLettersAreRubbish(broker, poison),
      poisonHarmsItsOwn(this.logs, poison),
      nobodyIsOvertaken(),
      oneTime(parsed),
      belongsToSubmitter(),
      inTime(calm, circumstances, parsed),
      workFollowsEvents(this.logs, broker),
      everythingIsRead(broker, (partition) => record.offsetsOf(partition)),
    ];
  }

  onRecord(record: IncomingMessage): void {
    const event = this.logs.read(record);
    if (typeof event === 'string') this.report(oneOrder, breach(record.key, event));
    for (const invariant of this.invariants) {
      this.report(invariant.promise, invariant.onRecord?.(record));
      if (typeof event !== 'object') continue;
      const detail = invariant.onEvent?.(record.key, event);
      if (detail !== undefined) this.report(invariant.promise, breach(record.key, detail));
    }
  }

  onCommit(commit: PlanCommit): void {
    for (const invariant of this.invariants) this.report(invariant.promise, invariant.onCommit?.(commit));
  }

  atRest(): void {
    for (const invariant of this.invariants) this.report(invariant.promise, invariant.atRest?.());
  }

  report(promise: string, found: Breach | undefined): void {
    if (found) this.violation ??= { promise, ...found };
  }

  /** A failure that nobody handled. */
  onUnhandled(error: unknown): void {
    const detail =
      error instanceof PlatformError
        ? `${error.code}: ${error.detail}`
        : String(error instanceof Error ? error.stack : error);
    this.report('No promise is rejected without somebody who handles it.', { detail });
  }
}
