/** Something that a person can mend: one line, and what the failing program said. */
export class StackFailure extends Error {
  /** @param {string} message @param {string} [details] */
  constructor(message, details = '') {
    super(message);
    this.details = details;
  }
}
