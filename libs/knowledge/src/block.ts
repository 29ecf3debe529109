/**
 * What a parser makes of a document: headings and blocks of text, each line with its number in the source.
 * Parsers answer in batches, empty ones too: between two of them the caller may let the event loop turn.
 */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

export type Block =
  | { readonly kind: 'heading'; readonly depth: number; readonly text: string; readonly line: number }
  /** A paragraph, or an item of a list, which begins on a line of its own: its `mark` (`- `, `2. `) stands before it. */
  | { readonly kind: 'prose'; readonly lines: readonly Line[]; readonly mark?: string }
  /** One line a row, ` | ` between its cells; `headed`: the first names the columns. */
  | { readonly kind: 'table'; readonly lines: readonly Line[]; readonly headed: boolean }
  | { readonly kind: 'code'; readonly lines: readonly Line[] };

export type Blocks = Generator<readonly Block[], void>;
