/** What Kafka's client is asked has a time within which it answers, or is asked again: no hang of its own may stand still without a word. */

/** Longer than a single request may take, ms. */
export const patienceMs = 35_000;

export class Late extends Error {
  readonly retriable = true;

  constructor(ms: number) {
    super(`Kafka has not answered a question within ${ms} ms; it is asked again`);
  }
}

/** Rejects with `Late`, or what it is to be; what becomes of the answer then is nobody's business. */
export async function inTime<T>(answer: Promise<T>, ms: number, late: Error = new Late(ms)): Promise<T> {
  const { promise: isLate, reject } = Promise.withResolvers<never>();
  const limit = setTimeout(() => reject(late), ms);
  try {
    return await Promise.race([answer, isLate]);
  } finally {
    clearTimeout(limit);
  }
}

/** Rejects with `Late` once nothing has come in for `ms`. `heard`: how much has by now. */
export async function whileHeard<T>(answer: Promise<T>, ms: number, heard: () => number): Promise<T> {
  for (let before = heard(); ; before = heard()) {
    try {
      return await inTime(answer, ms);
    } catch (error) {
      if (!(error instanceof Late) || heard() === before) throw error;
    }
  }
}
