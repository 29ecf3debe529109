/**
 * A leader that takes records and says nothing. It may be slow, for it waits for its replicas; or frozen, while others have taken over what it led.
 * Promise: it is waited for as long as the cluster names it; once others lead all that it was asked to write it is broken off, so that this is sent to them.
 */
export interface SilentLeader {
  readonly everyMs: number;
  /** Begins a look at the cluster. Nobody waits for its end: what a look finds is known before the client has let go of the broker that is gone, which takes until that one has answered. */
  look(): void;
  isReplaced(): boolean;
  /** What it was asked rejects. */
  breakOff(): void;
}

export async function unlessReplaced<T>(answer: Promise<T>, leader: SilentLeader): Promise<T> {
  const looking = setInterval(() => {
    if (leader.isReplaced()) leader.breakOff();
    else leader.look();
  }, leader.everyMs);
  try {
    return await answer;
  } finally {
    clearInterval(looking);
  }
}
