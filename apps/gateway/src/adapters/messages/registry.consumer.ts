/** Feeds this process's copy of the registry, from the first entry on. Entries that cannot be read were never valid. */
import { Controller, Inject } from '@nestjs/common';
import { decodeMessage, RegistryEntry, topics } from '@waybill/contracts';
import { Broadcast, type RecordBatch } from '@waybill/messaging';
import { ALARMS, eachReadable, type Alarms } from './alarms.ts';
import { RegistryCopy } from './registry-copy.ts';

@Controller()
export class RegistryConsumer {
  constructor(
    @Inject(RegistryCopy) private readonly registry: RegistryCopy,
    @Inject(ALARMS) private readonly alarms: Alarms,
  ) {}

  /** Readiness waits for it; the address does not. */
  @Broadcast({ topics: [topics.registry], from: 'start', catchUpMs: 0 })
  onBatch({ records }: RecordBatch): void {
    eachReadable(records, this.alarms, (record) => {
      if (record.value === null) this.registry.withdraw(record.key);
      else this.registry.add(record, decodeMessage(record, RegistryEntry));
    });
  }
}
