/** Time and chance as consumers see them, so that a spec or a simulator can hold both in its hand. */
export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** Calls back once, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** In [0, 1). */
export type Random = () => number;

/** A timer of Node for longer than that, 24.8 days, calls back at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    let timer = setTimeout(passed, Math.min(ms, longestTimerMs), ms);
    function passed(left: number): void {
      const rest = left - longestTimerMs;
      if (rest <= 0) callback();
      else timer = setTimeout(passed, Math.min(rest, longestTimerMs), rest);
    }
    return () => clearTimeout(timer);
  },
};
