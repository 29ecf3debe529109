/**
 * One partition in the hands of this process: decides a batch in memory and commits it whole or not at all.
 * Promises: nothing is published before its commit; a committed batch is never decided again; once a commit has failed nothing more is
 * decided here, the partition has to be taken anew; a record that cannot be decided is dead-lettered alone and fails its own plan only.
 */
import { failureOf, ownerOf, topics, type IncomingMessage } from '@waybill/contracts';
import type { InputOffsets, Ownership } from '@waybill/storage';
import { coreVersion, hasReadySteps, nextWakeUp, snapshotOf } from '@waybill/workflow';
import { DispatchQueue } from '../domain/dispatch-queue.ts';
import type { OwnedPlan } from '../domain/owned-plan.ts';
import { Slice } from '../domain/slice.ts';
import { CommitDraft } from './commit-draft.ts';
import { FencedCommits } from './fenced-commits.ts';
import { OwnedPlans } from './owned-plans.ts';
import { isAddressed, parseRecords, type Addressed, type Parsed } from './parse-command.ts';
import { PlanDecider } from './plan-decider.ts';
import type { OrchestratorPorts } from './ports.ts';
import type { Suspects } from './suspects.ts';
import { WakeUpRows } from './wake-up-rows.ts';

/** What is being decided, by a name that is the same when it is tried again. */
interface Undertaking {
  readonly name: string;
  readonly owned: OwnedPlan;
  readonly at: number;
  readonly draft: CommitDraft;
}

/** Plans that are looked at together because their time has come: after an outage it may be that of all. */
const dueAtOnce = 256;
/** Due by every clock: that of the next owner may be behind. */
const atOnce = 0;

export class PartitionOwner {
  private offsets: InputOffsets;
  private readonly commits: FencedCommits;
  private readonly wakeUps: WakeUpRows;
  private readonly plans: OwnedPlans;
  private readonly queue: DispatchQueue;
  private readonly decider: PlanDecider;
  /** Activations of plans that are out of memory: they are still open, and still hold their credits. */
  private readonly putDown = new Map<string, number>();
  /** How long others have the thread before it goes on handing out steps. No time of day: the clock may be set meanwhile. */
  private rest = Infinity;

  constructor(
    ownership: Ownership,
    private readonly ports: OrchestratorPorts,
    private readonly suspects: Suspects,
    /** No submission up to this offset is taken for new without asking the store: a commit with it was refused, which may be why. */
    private readonly refusedUpTo: number,
  ) {
    this.offsets = ownership.offsets;
    this.commits = new FencedCommits(ownership.fence, ports.store, ports.instanceId);
    this.wakeUps = new WakeUpRows(ownership.wakeUps);
    this.plans = new OwnedPlans(ports.store, ports.core, ports.config.plansInMemory, ports.clock.now());
    this.queue = new DispatchQueue(ports.config.openActivations);
    this.decider = new PlanDecider(ports, this.queue);
  }

  /** ms since 1970 of the next time at which a plan wants to be looked at. */
  nextDue(): number | undefined {
    return this.wakeUps.earliest();
  }

  /** In how many ms `advance` is to go on with what there was no time for; Infinity when nothing is left over. */
  get restMs(): number {
    return this.rest;
  }

  /** One commit, or several where deciding takes long. */
  async advance(records: readonly IncomingMessage[]): Promise<void> {
    const { clock, random } = this.ports;
    let rest = parseRecords(records, clock.now(), random);
    for (;;) {
      const slice = new Slice(clock);
      rest = rest.slice(await this.advanceSome(rest, slice));
      if (rest.length === 0) return;
      await new Promise<void>((resolve) => clock.after(slice.restMs, resolve));
    }
  }

  /** Answers how many of these were decided: at least one. */
  private async advanceSome(records: readonly Parsed[], slice: Slice): Promise<number> {
    const at = this.ports.clock.now();
    const draft = new CommitDraft(at);
    const commands = records.filter(isAddressed);
    for (const { record, addressed } of commands) {
      const { command, planId } = addressed;
      if (command.type !== 'SubmitTask' || record.offset <= this.refusedUpTo || this.wakeUps.has(planId)) continue;
      this.plans.begin(planId, command.request.accepted_at);
    }
    const due = new Set(this.wakeUps.due(at, dueAtOnce));
    for (const planId of await this.load([...commands.map(({ addressed }) => addressed.planId), ...due], at))
      due.add(planId);
    const decided = this.decideRecords(records, draft, slice);
    for (const planId of due) this.wake(planId, at, draft);
    await this.dispatch(at, draft);
    for (const owned of draft.touched) this.settle(owned, at, draft);
    slice.end();
    await this.commit(
      records.slice(0, decided).map(({ record }) => record),
      draft,
    );
    return decided;
  }

  /** Answers how many there was time for. */
  private decideRecords(records: readonly Parsed[], draft: CommitDraft, slice: Slice): number {
    slice.begin();
    for (const [index, parsed] of records.entries()) {
      if (index > 0 && slice.isUp) return index;
      if (isAddressed(parsed)) this.decideRecord(parsed, draft);
      else draft.reject(parsed.record, parsed.error);
    }
    return records.length;
  }

  /** Steps that were ready when the plan was last put down are ready again. Answers the plans of which something is due. */
  private async load(planIds: readonly string[], at: number): Promise<string[]> {
    const due: string[] = [];
    for (const owned of await this.plans.load(new Set(planIds))) {
      if (owned.unreadable) this.ports.counters.unreadable(owned.unreadable);
      this.queue.opened(owned.openActivations - (this.putDown.get(owned.planId) ?? 0));
      this.putDown.delete(owned.planId);
      if (hasReadySteps(owned.plan, at)) this.queue.add(owned.planId, owned.priority);
      if ((nextWakeUp(owned.plan, at) ?? Infinity) <= at) due.push(owned.planId);
    }
    return due;
  }

  /** Hands out ready steps, the most urgent plan first, as long as there are credits and time; then others have theirs before it goes on. */
  private async dispatch(at: number, draft: CommitDraft): Promise<void> {
    const slice = new Slice(this.ports.clock);
    const isTimeUp = (): boolean => slice.isUp;
    this.rest = Infinity;
    for (let planId = this.queue.next(); planId !== undefined; planId = this.queue.next()) {
      const owned = this.plans.has(planId) ? this.plans.get(planId) : await this.bringBack(planId, at, draft);
      slice.begin(); // once a plan is in memory, however long that takes
      if (owned.unreadable) continue;
      draft.touched.add(owned); // where the clock was put back nothing of it is ready any more, and only its next time brings it up
      this.decideSafely({ name: `dispatch of ${planId}`, owned, at, draft }, () =>
        this.decider.dispatch(owned, draft, isTimeUp),
      );
      if (!slice.isUp) continue;
      this.rest = slice.restMs;
      break;
    }
  }

  /** A plan that waits for credits may have been forgotten meanwhile. */
  private async bringBack(planId: string, at: number, draft: CommitDraft): Promise<OwnedPlan> {
    for (const due of await this.load([planId], at)) this.wake(due, at, draft);
    return this.plans.get(planId);
  }

  private decideRecord({ record, addressed, error }: Addressed, draft: CommitDraft): void {
    const owned = this.plans.get(addressed.planId);
    if (owned.unreadable) return draft.reject(record, owned.unreadable);
    owned.whose ??= ownerOf(record); // also where only its failure can be decided
    const name = positionOf(record);
    if (error !== undefined) draft.reject(record, error);
    else if (this.suspects.has(name)) draft.reject(record, this.suspects.reason(name));
    const { at } = draft;
    const now = addressed.command.at === at ? addressed : { ...addressed, command: { ...addressed.command, at } };
    this.decideSafely({ name, owned, at, draft }, () => {
      if (error === undefined) this.decider.decideRecord(owned, record, now, draft);
      else if (owned.plan.status === 'empty')
        this.decider.decideOwn(owned, { type: 'FailTask', error: failureOf(error), at }, draft);
    });
  }

  private wake(planId: string, at: number, draft: CommitDraft): void {
    const owned = this.plans.get(planId);
    const name = `wake-up of ${planId}`;
    if (owned.unreadable || this.suspects.isLeftOut(name)) return; // its row stays, for a version that can read or wake it
    draft.touched.add(owned);
    this.decideSafely({ name, owned, at, draft }, () =>
      this.decider.decideOwn(owned, { type: 'WakeUp', at, jitter: this.ports.random() }, draft),
    );
  }

  /** What the core could not decide the first time fails its plan the second time, and is left out the third. */
  private decideSafely({ name, owned, at, draft }: Undertaking, work: () => void): void {
    const failures = this.suspects.count(name);
    try {
      if (failures === 0) work();
      else if (failures === 1)
        this.decider.decideOwn(owned, { type: 'FailTask', error: failureOf(this.suspects.reason(name)), at }, draft);
    } catch (error) {
      this.suspects.add(name, error);
      throw error;
    }
  }

  /** What the store has to know of a plan beside its events. */
  private settle(owned: OwnedPlan, at: number, draft: CommitDraft): void {
    const here = nextWakeUp(owned.plan, at);
    const next = hasReadySteps(owned.plan, at) ? atOnce : here;
    const wakeUp = this.wakeUps.change(owned.planId, { here, next }, at);
    if (wakeUp) draft.wakeUps.push(wakeUp);
    if (owned.wantsSnapshot(this.ports.config.snapshotEvery)) this.snapshot(owned, draft);
  }

  private snapshot(owned: OwnedPlan, draft: CommitDraft): void {
    const headers = draft.events.findLast(({ planId }) => planId === owned.planId)?.message.headers ?? {};
    const state = snapshotOf(owned.plan);
    draft.snapshots.push({ planId: owned.planId, seq: owned.seq, coreVersion, state, headers });
    owned.snapshotTaken(state.length);
  }

  private async commit(records: readonly IncomingMessage[], draft: CommitDraft): Promise<void> {
    const offsets = offsetsAfter(this.offsets, records);
    if (records.length === 0 && draft.isEmpty) return;
    for (const { record, error } of draft.poisoned) draft.messages.push(this.ports.deadLetter(record, error));
    await this.commits.commit({ offsets, ...draft.body() });
    this.offsets = offsets;
    for (const { planId, openActivations } of this.plans.trim())
      if (openActivations > 0) this.putDown.set(planId, openActivations);
    this.ports.counters.committed(records.length);
    if (draft.poisoned.length > 0) this.ports.counters.poisoned(draft.reasons());
  }
}

const positionOf = (record: IncomingMessage): string => `${record.topic}/${record.partition}/${record.offset}`;

function offsetsAfter(offsets: InputOffsets, records: readonly IncomingMessage[]): InputOffsets {
  let { requests, results } = offsets;
  for (const { topic, offset } of records) {
    if (topic === topics.taskResults) results = Math.max(results, offset + 1);
    else requests = Math.max(requests, offset + 1);
  }
  return { requests, results };
}
