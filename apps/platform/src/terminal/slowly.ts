/** How far something is that may take long: nothing while it is quick, then a line every few seconds. */
import type { Print } from './follow-task.ts';

const betweenMs = 2_000;

/** Of what is reported the lines that are due are printed. */
export function slowly(print: Print, now: () => number = () => performance.now()): (line: () => string) => void {
  let due = now() + betweenMs;
  return (line) => {
    if (now() < due) return;
    due = now() + betweenMs;
    print(`  ${line()} ...`);
  };
}
