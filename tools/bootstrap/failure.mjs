/** A reason to stop that is the user's to mend: shown as one line, without a stack. */
export class Failure extends Error {
  /** @param {string} message @param {{ details?: string; exitCode?: number }} [more] `details` is what a tool printed, shown above the line */
  constructor(message, more = {}) {
    super(message);
    this.name = 'Failure';
    this.details = more.details ?? '';
    this.exitCode = more.exitCode ?? 1;
  }
}

/** @param {unknown} error @returns {string} */
export const codeOf = (error) => (error instanceof Error && 'code' in error ? String(error.code) : '');

/**
 * Turns "this folder cannot be written" into the one line that says so; anything else is thrown as it came.
 * @param {unknown} error @param {string} folder @returns {never}
 */
export function failUnwritable(error, folder) {
  if (!['EACCES', 'EROFS', 'EPERM'].includes(codeOf(error))) throw error;
  throw new Failure(
    `${folder} cannot be written: Waybill installs and builds in its own folder. Make it writable or copy it elsewhere.`,
  );
}
