export { OrchestratorConfig } from './config.ts';
export { startOrchestrator, type OrchestratorOptions, type RunningService } from './start-orchestrator.ts';
export { AdvancePlans, type PartitionWork } from './use-cases/advance-plans.ts';
export type { OrchestratorCounters, OrchestratorPorts, Spans } from './use-cases/ports.ts';
