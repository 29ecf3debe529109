/**
 * Writes log lines to standard error, whole and in order, and never throws: a reader that is slow holds the line back for
 * at most 100 ms, one that reads nothing any more holds back one line and not each of them, and one that is gone costs the line, not the process.
 */
import { writeSync } from 'node:fs';

/** Where lines go; `line` ends with a newline. */
export type LogDestination = { write(line: string): void };
type Write = (bytes: Buffer, offset: number) => number;

const attemptLimit = 100;
const pause = new Int32Array(new SharedArrayBuffer(4));

export function stderrDestination(): LogDestination {
  void process.stderr; // a pipe that Node has opened says that it is full; before, writing to it would hold the process until somebody reads
  return destinationOver((bytes, offset) => writeSync(2, bytes, offset));
}

/** `write` returns how many bytes it took, as `fs.writeSync` does. */
export function destinationOver(write: Write): LogDestination {
  let isStuck = false;
  let isCut = false;
  return {
    write: (line) => {
      const bytes = Buffer.from(isCut ? `\n${line}` : line);
      const limit = isStuck ? 1 : attemptLimit;
      let offset = 0;
      for (let attempts = 0; offset < bytes.length && attempts < limit; attempts += 1) {
        const written = tryWrite(write, bytes, offset);
        if (written === undefined) return;
        if (written === 0 && !isStuck) Atomics.wait(pause, 0, 0, 1); // the pipe is full
        offset += written;
      }
      isStuck = offset < bytes.length;
      if (offset > 0) isCut = isStuck;
    },
  };
}

function tryWrite(write: Write, bytes: Buffer, offset: number): number | undefined {
  try {
    return write(bytes, offset);
  } catch (error) {
    return (error as { code?: unknown }).code === 'EAGAIN' ? 0 : undefined;
  }
}
