/** `at` (ms since 1970) as RFC 3339 in UTC. Out of the calendar's range it is the nearest time within. */
const furthest = 8.64e15;

let lastAt = 0;
let lastText = '1970-01-01T00:00:00.000Z';

/** A batch is decided at one time, so the last answer is remembered. */
export function isoTime(at: number): string {
  if (at !== lastAt) {
    lastText = new Date(Math.min(furthest, Math.max(-furthest, Math.trunc(at) || 0))).toISOString();
    lastAt = at;
  }
  return lastText;
}
