/** Texts to vectors that lie near when the texts speak of the same. */
export interface Embedder {
  readonly dimensions: number;
  /** With its version: vectors of different names do not compare. */
  readonly name: string;
  /** The cosine from which two texts count as speaking of the same though they share no word; absent: vectors only rank. */
  readonly relevantCosine?: number;
  /** One vector of unit length for each text, in their order. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}
