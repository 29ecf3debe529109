/**
 * Questions to the cluster that Kafka's client gives up too early: the leader of a partition or the coordinator of a group is just being found or has moved.
 * Promise: such an answer is asked for again, for some seconds, and by another client, since one does not look again by itself at what it believes to know;
 * so is one that does not come in time, for whole assignments wait for it; of a client that failed nothing more is asked.
 * A client is let go when all it was asked is answered: one that is disconnected before breaks off the questions of others, and can take the process down
 * when an answer arrives meanwhile.
 */
import type { Admin } from 'kafkajs';
import { backOffMs, Pause } from '../back-off.ts';
import { inTime, Late, patienceMs } from './in-time.ts';

const attempts = 8;
const times = { firstMs: 50, mostMs: 2_000 };
/** For the first answer, ms, and twice as long each time: where a broker is frozen, others have taken over by then. */
const firstPatienceMs = 5_000;

interface Session {
  readonly admin: Admin;
  readonly connected: Promise<void>;
  /** Questions under way. */
  asking: number;
}

export interface ClusterOptions {
  readonly patienceMs?: number;
  /** A question was not answered in time, and is asked again. */
  readonly onLate?: (why: Error) => void;
}

export class Cluster {
  private current: Session | undefined;
  private isClosed = false;

  constructor(
    private readonly createAdmin: () => Admin,
    private readonly options: ClusterOptions = {},
  ) {}

  async connect(): Promise<void> {
    await this.session().connected;
  }

  async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      const session = this.session();
      try {
        return await inTime(this.askIn(session, question), this.patienceMs(failures));
      } catch (error) {
        this.forget(session);
        if (!isPassing(error) || failures === attempts) throw error;
        if (error instanceof Late) this.options.onLate?.(error);
        await new Pause().wait(backOffMs(times, failures));
        if (this.isClosed) throw error;
      }
    }
  }

  private patienceMs(failures: number): number {
    return Math.min(this.options.patienceMs ?? patienceMs, firstPatienceMs * 2 ** (failures - 1));
  }

  /** After the last question; a client that is asked something all the same is let go with its answer. */
  async close(): Promise<void> {
    this.isClosed = true;
    const session = this.current;
    this.current = undefined;
    if (session?.asking === 0) await session.admin.disconnect();
  }

  private session(): Session {
    if (this.current) return this.current;
    const admin = this.createAdmin();
    const session: Session = { admin, connected: admin.connect(), asking: 0 };
    session.connected.catch(() => this.forget(session)); // who waits for it is told
    this.current = session;
    return session;
  }

  private async askIn<T>(session: Session, question: (admin: Admin) => Promise<T>): Promise<T> {
    session.asking += 1;
    try {
      await session.connected;
      return await question(session.admin);
    } finally {
      session.asking -= 1;
      if (this.isClosed) this.current = undefined;
      if (session !== this.current) release(session);
    }
  }

  private forget(session: Session): void {
    if (session !== this.current) return;
    this.current = undefined;
    release(session);
  }
}

/** Nobody waits for it: what was asked is answered. */
function release({ admin, asking }: Session): void {
  if (asking === 0) void admin.disconnect().catch(() => {});
}

function isPassing(error: unknown): boolean {
  // The client takes an answer apart that is not there: every broker refused to tell, as while a leader is elected.
  if (error instanceof TypeError) return true;
  const { retriable, name } = error as { retriable?: boolean; name?: string };
  return retriable === true || name === 'KafkaJSConnectionClosedError' || name === 'KafkaJSTopicMetadataNotLoaded';
}
