export type { HotState } from './hot-state.ts';
export { FolderObjectStore } from './embedded/folder-object-store.ts';
export { SqliteKnowledgeIndex, type SqliteKnowledgeIndexOptions } from './embedded/knowledge-index.ts';
export { SqlitePlanStore, type SqlitePlanStoreOptions } from './embedded/sqlite-plan-store.ts';
export { MemoryHotState, type MemoryHotStateOptions } from './embedded/memory-hot-state.ts';
export type {
  EmbedderTraits,
  FoundPassage,
  IndexedDocument,
  IndexState,
  IndexSurvey,
  KnowledgeIndex,
  KnowledgeQuery,
  KnownDocument,
  Passage,
  StoredText,
} from './knowledge-index.ts';
export type { ObjectStore, StoredObject } from './object-store.ts';
export type {
  Fence,
  InputOffsets,
  Ownership,
  PlanCommit,
  PlanStore,
  Snapshot,
  StoredEvent,
  StoredPlan,
  WakeUp,
} from './plan-store.ts';
export type { PlanDatabase, Taken } from './publishing/plan-database.ts';
export { PublishingPlanStore, type PublishingOptions } from './publishing/publishing-plan-store.ts';
