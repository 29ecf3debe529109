/** What a client may get wrong, and what he is told. */
export interface Bad {
  readonly what: string;
  /** `METHOD path`; a task is submitted when absent. */
  readonly to?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status?: number;
  readonly code: string;
  readonly pointer?: string;
  readonly says?: RegExp;
}

export const task = (what: string, body: unknown, code: string, more: Partial<Bad> = {}): Bad => ({
  what,
  body,
  code,
  ...more,
});
export const raw = (text: string): Buffer => Buffer.from(text);
export const echo = (more: object = {}): object => ({ agent: 'echo', ...more });
export const goal = (more: object): object => ({ goal: 'a', ...more });
export const unknownTask = '01999f2e-6c00-7a3b-8f51-3d9c27e0a4b1';
