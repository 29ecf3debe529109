/**
 * The positions of groups: in memory at once, in the file with one of the next group commits.
 * They are hints, so a crash may lose the last ones; closing does not.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CommittedPosition } from '../message-log.ts';

/** Riding on every commit would cost more than the records of a small one. */
const leastMsBetweenWrites = 20;

export class CommittedPositions {
  readonly #positions = new Map<string, CommittedPosition>();
  readonly #upsert: StatementSync;
  #changed = new Set<string>();
  #writing: ReadonlySet<string> = new Set();
  #lastWrite = 0;

  constructor(db: DatabaseSync) {
    this.#upsert = db.prepare(
      'INSERT OR REPLACE INTO group_positions (group_name, topic, partition, next_offset, metadata) VALUES (?, ?, ?, ?, ?)',
    );
    for (const row of db.prepare('SELECT * FROM group_positions').iterate() as IterableIterator<
      Record<string, unknown>
    >) {
      const [topic, partition] = [String(row['topic']), Number(row['partition'])];
      const position = { topic, partition, offset: Number(row['next_offset']) };
      const { metadata } = row;
      this.#positions.set(
        keyOf(String(row['group_name']), topic, partition),
        typeof metadata === 'string' ? { ...position, metadata } : position,
      );
    }
  }

  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  find(group: string, topic: string, partition: number): CommittedPosition | undefined {
    return this.#positions.get(keyOf(group, topic, partition));
  }

  set(group: string, position: CommittedPosition): void {
    const key = keyOf(group, position.topic, position.partition);
    this.#positions.set(key, position);
    this.#changed.add(key);
  }

  /** In a transaction. */
  write(now: number, atOnce: boolean): void {
    if (!this.hasChanged || (!atOnce && now - this.#lastWrite < leastMsBetweenWrites)) return;
    this.#lastWrite = now;
    for (const key of this.#changed) {
      const { topic, partition, offset, metadata } = this.#positions.get(key)!;
      this.#upsert.run(key.slice(0, key.indexOf(separator)), topic, partition, offset, metadata ?? null);
    }
    this.#writing = this.#changed;
    this.#changed = new Set();
  }

  committed(): void {
    this.#writing = new Set();
  }

  rolledBack(): void {
    for (const key of this.#writing) this.#changed.add(key);
    this.#writing = new Set();
  }
}

/** No name holds a line feed. */
const separator = '\n';
const keyOf = (group: string, topic: string, partition: number): string => [group, topic, partition].join(separator);
