export type { Block, Blocks, Line } from './block.ts';
export { chunk, chunkerVersion, type TextPassage } from './chunk.ts';
export type { Embedder } from './embedder.ts';
export { hashingEmbedder } from './hashing-embedder.ts';
export { embeddedText, embedPassages, indexDocument, readPassages } from './index-document.ts';
export type { DocumentFormat, SourceDocument } from './media-type.ts';
