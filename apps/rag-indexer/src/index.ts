export { RagIndexerModule, type RagIndexerPorts } from './app.module.ts';
export { RagIndexerConfig } from './config.ts';
export { startRagIndexer, type RagIndexerOptions, type RunningService } from './start-rag-indexer.ts';
