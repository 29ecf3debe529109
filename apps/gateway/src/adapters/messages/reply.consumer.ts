/** Hears answers, from the end on: this boot's id is new, so none can be older. */
import { Controller, Inject } from '@nestjs/common';
import { messageText, topics } from '@waybill/contracts';
import { Broadcast, type RecordBatch } from '@waybill/messaging';
import { ALARMS, eachReadable, type Alarms } from './alarms.ts';
import { ReplyInbox } from './reply-inbox.ts';

@Controller()
export class ReplyConsumer {
  constructor(
    @Inject(ReplyInbox) private readonly inbox: ReplyInbox,
    @Inject(ALARMS) private readonly alarms: Alarms,
  ) {}

  @Broadcast({ topics: [topics.replies], from: 'end' })
  onBatch({ records }: RecordBatch): void {
    if (!this.inbox.isAwaited) return;
    eachReadable(records, this.alarms, (record) => {
      if (record.key === this.inbox.instance) this.inbox.take(JSON.parse(messageText(record)));
    });
  }
}
