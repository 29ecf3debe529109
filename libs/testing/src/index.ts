export { InMemoryMessageLog, type InMemoryLogOptions } from './memory-log/in-memory-message-log.ts';
export { ManualClock } from './memory-log/manual-clock.ts';
export type { Schedule } from './memory-log/memory-feed.ts';
export { quiet, until } from './memory-log/until.ts';
export { InMemoryPlanStore, PlanRecord, type PlanStoreFaults } from './memory-plan-store.ts';
export { freePort, PlatformProcess, type PlatformProcessOptions } from './processes/platform-process.ts';
export { cpuMs, memoryMb } from './processes/process-usage.ts';
export { record } from './memory-log/records.ts';
