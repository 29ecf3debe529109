/**
 * Whether the files of the journal are still those that are written to. Who removes or replaces them while they are open is told nothing by the
 * system: what is written from then on is synced, acknowledged, and gone with the process.
 */
import { statSync } from 'node:fs';

/** As long as what was acknowledged may be lost to somebody who removes the folder. */
const lookEveryMs = 1_000;

export class FilePresence {
  readonly #files: ReadonlyMap<string, bigint>;
  readonly #timer: NodeJS.Timeout;

  /** `onGone` is called once, with the file that is gone. */
  constructor(files: readonly string[], onGone: (file: string) => void) {
    this.#files = new Map(files.map((file) => [file, statSync(file, { bigint: true }).ino]));
    this.#timer = setInterval(() => {
      const gone = this.#gone();
      if (gone === undefined) return;
      this.close();
      onGone(gone);
    }, lookEveryMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #gone(): string | undefined {
    for (const [file, ino] of this.#files) if (isGone(file, ino)) return file;
    return undefined;
  }
}

/** What cannot be looked at just now counts as there. */
function isGone(file: string, ino: bigint): boolean {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino !== ino;
  } catch {
    return false;
  }
}
