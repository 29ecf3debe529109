/** How documents become passages and texts become vectors; libs/knowledge does it. */
export interface TextPassage {
  readonly text: string;
  readonly place: string;
}
interface DocumentContent {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface Passages {
  /** Changes whenever the same document would become other passages. */
  readonly version: string;
  /** Throws `unsupported_document` or `unreadable_document`. */
  read(document: DocumentContent): Promise<readonly TextPassage[]>;
  /** One for each passage, in their order. */
  vectorsOf(documentName: string, passages: readonly TextPassage[]): Promise<readonly Float32Array[]>;
  vectorOf(question: string): Promise<Float32Array>;
}
