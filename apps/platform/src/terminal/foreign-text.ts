/**
 * Text that others wrote (documents, models, goals, names, errors), as a terminal may be given it.
 * Promise: none of its control characters reaches the terminal, where it could write anywhere and say anything: they are shown, as `\x1b`.
 */

/** A body: its lines and tabs stay. */
export function foreignText(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(/(?![\n\t])\p{Cc}/gu, shown);
}

/** A name, a goal, an error: one line. */
export const foreignLine = (text: string): string => foreignText(text.replaceAll(/[\r\n\t]\s*/g, ' '));

const shown = (control: string): string => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
