import { InMemoryPlanStore, PlanRecord } from '@waybill/testing';
import { planStoreContract } from '../contract/plan-store.contract.ts';
import { planStoreWith } from '../testing/plan-store-on.ts';

planStoreContract('PublishingPlanStore over a database in memory', async () => {
  const record = new PlanRecord();
  return planStoreWith((log) => new InMemoryPlanStore(record, log));
});
