/** What a log holds on which every record should be there twice. */
import { messageText, terminalEventTypes, topics, type IncomingMessage, type PlanEvent } from '@waybill/contracts';

export class RecordTwice {
  readonly topics = new Set<string>();
  records = 0;
  /** Copies of events that came before their plan had ended. */
  early = 0;
  /** One sentence each. */
  readonly problems: string[] = [];
  private readonly counts = new Map<string, number>();
  private readonly plans = new Map<string, { texts: string[]; hasEnded: boolean }>();

  /** In the order of each partition. */
  add(record: IncomingMessage): void {
    const { topic, partition, key, headers, value } = record;
    this.records += 1;
    this.topics.add(topic);
    const bytes = value === null ? null : Buffer.from(value).toString('base64');
    const identity = JSON.stringify([topic, partition, key, headers, bytes]);
    this.counts.set(identity, (this.counts.get(identity) ?? 0) + 1);
    if (topic === topics.planEvents) this.addEvent(key, messageText(record));
  }

  /** Records that are there an odd number of times: one of them has no copy. */
  unpaired(): string[] {
    return [...this.counts].filter(([, count]) => count % 2 === 1).map(([identity]) => identity);
  }

  /** What came before is dropped, as every consumer does; it must have the same bytes. */
  private addEvent(planId: string, text: string): void {
    const plan = this.plans.get(planId) ?? { texts: [], hasEnded: false };
    this.plans.set(planId, plan);
    const { seq, type } = JSON.parse(text) as PlanEvent;
    if (seq <= plan.texts.length) {
      if (text !== plan.texts[seq - 1]) this.problems.push(`Event ${seq} of ${planId} came with two texts.`);
      if (!plan.hasEnded) this.early += 1;
      return;
    }
    if (seq > plan.texts.length + 1) this.problems.push(`Before event ${seq} of ${planId} one is missing.`);
    if (plan.hasEnded) this.problems.push(`Event ${seq} of ${planId} follows its end.`);
    plan.hasEnded = terminalEventTypes.has(type);
    plan.texts.push(text);
  }

  get events(): number {
    return [...this.plans.values()].reduce((sum, { texts }) => sum + texts.length, 0);
  }
}
