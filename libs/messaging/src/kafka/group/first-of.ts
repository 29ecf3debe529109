/** The first answer of several that may be asked for, one after the other. */
import { Pause } from '../../back-off.ts';

export interface Hedging {
  /** After which the next one is asked as well, ms. */
  readonly hedgeMs: number;
  /** So many are asked as soon as the one before has failed; those after them are not asked sooner for it. */
  readonly atOnce: number;
  /** Aborted: nobody is asked any more. */
  readonly signal?: AbortSignal;
}

/** Rejects with the last failure when all have failed. */
export async function firstOf<T>(
  asks: readonly (() => Promise<T>)[],
  { hedgeMs, atOnce, signal }: Hedging,
): Promise<T> {
  const { promise: answer, resolve, reject } = Promise.withResolvers<T>();
  let isAnswered = false;
  let why: unknown = new Error('there is nobody to ask');
  const answers: Promise<void>[] = [];
  const settled = async (ask: () => Promise<T>): Promise<void> => {
    try {
      resolve(await ask());
      isAnswered = true;
    } catch (error) {
      why = error;
    }
  };
  const askAll = async (): Promise<void> => {
    for (const [at, ask] of asks.entries()) {
      const asked = settled(ask);
      answers.push(asked);
      if (at === asks.length - 1) break;
      const hedge = new Pause();
      await Promise.race([at + 1 < atOnce ? asked : answer.catch(() => {}), hedge.wait(hedgeMs)]);
      hedge.cut();
      if (isAnswered || signal?.aborted) break;
    }
    await Promise.all(answers);
    reject(why); // for nobody, where one has answered
  };
  void askAll();
  return answer;
}
