/** For contract specs: the store on a database of plans, beside a log in memory. */
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import type { PlanStoreUnderTest, StoreAndLog } from '../contract/plan-store-under-test.ts';
import type { PlanStore } from '../plan-store.ts';
import { PublishingPlanStore } from '../publishing/publishing-plan-store.ts';
import type { PlanDatabase } from '../publishing/plan-database.ts';

export const planStoreOn = (database: PlanDatabase): PlanStoreUnderTest =>
  planStoreWith((log) => new PublishingPlanStore({ database, log, clock: systemClock }));

export function planStoreWith(storeOn: (log: InMemoryMessageLog) => PlanStore): PlanStoreUnderTest {
  let log = new InMemoryMessageLog({ clock: systemClock });
  const open = (): StoreAndLog => ({ store: storeOn(log), log });
  return {
    ...open(),
    reopen: async () => {
      log = await log.reopen();
      return open();
    },
    close: () => log.close(),
  };
}
