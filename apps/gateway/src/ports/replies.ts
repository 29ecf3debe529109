/** The port of answers that come to this instance over the log: verdicts on commands, results of searches. */
export interface Replies {
  readonly instance: string;
  /** The body of the reply to this command; undefined when it did not come in time. Begin to wait before the command is sent. */
  waitFor(commandId: string, timeoutMs: number): Promise<unknown>;
}
