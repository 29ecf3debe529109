import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog, InMemoryPlanStore, PlanRecord } from '@waybill/testing';
import { planStoreContract } from '../contract/plan-store.contract.ts';

planStoreContract('PublishingPlanStore over a database in memory', () => {
  let log = new InMemoryMessageLog({ clock: systemClock });
  const record = new PlanRecord();
  const open = () => ({ store: new InMemoryPlanStore(record, log), log });
  return Promise.resolve({
    ...open(),
    reopen: async () => {
      log = await log.reopen();
      return open();
    },
    close: () => log.close(),
  });
});
