export { InMemoryMessageLog, type InMemoryLogOptions } from './memory-log/in-memory-message-log.ts';
export { ManualClock } from './memory-log/manual-clock.ts';
export type { Schedule } from './memory-log/memory-feed.ts';
export { quiet, until } from './memory-log/until.ts';
export { PlanRecord } from './memory-plan-record.ts';
export {
  InMemoryPlanStore,
  type CommitFate,
  type PlanStoreFaults,
  type PlanStoreSurroundings,
} from './memory-plan-store.ts';
export { freePort, PlatformProcess, type PlatformProcessOptions } from './processes/platform-process.ts';
export { cpuMs, memoryMb, withChildren } from './processes/process-usage.ts';
export { record } from './memory-log/records.ts';
export { serveInMemory, type ServedInMemory, type ServeOptions } from './memory-log/serve-in-memory.ts';
export {
  numbered,
  OwnerInMemory,
  ownersInMemory,
  valuesOf,
  type OwnersInMemory,
} from './memory-log/owners-in-memory.ts';
export {
  ServiceCluster,
  serviceNames,
  type ServiceClusterOptions,
  type ServiceName,
} from './processes/service-cluster.ts';
export { ServiceProcess, type ServiceProcessOptions } from './processes/service-process.ts';
export type { FaultKind } from './sim/faults.ts';
export { SeededRandom } from './sim/seeded-random.ts';
export { Timeline } from './sim/sim-clock.ts';
export { agentOutcome, resultOf, searchOutcome, type Whim } from './sim/sim-outcomes.ts';
export { agents as workloadAgents, planTasks, type PlannedTask } from './sim/workload.ts';
