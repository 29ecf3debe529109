export type { HotState } from './hot-state.ts';
export type { FoundPassage, IndexedDocument, KnowledgeIndex, KnowledgeQuery, Passage } from './knowledge-index.ts';
export type { ObjectStore, StoredObject } from './object-store.ts';
export type { Fence, InputOffsets, Ownership, PlanCommit, PlanStore, Snapshot, StoredEvent, StoredPlan, WakeUp } from './plan-store.ts';
