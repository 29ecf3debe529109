/**
 * What is printed may have nowhere to go: who reads it hangs up first (`waybill tasks | head`), or the disk behind it is full. Node tells a program
 * so by an error, later, that would otherwise end it with a stack trace.
 */
import type { Writable } from 'node:stream';
import { stderrDestination } from '@waybill/telemetry';
import { failureLine } from './failure.ts';

export interface Output {
  /** The first failure so far; undefined: everything went where it should. */
  readonly failure: OutputFailure | undefined;
  /** Resolves when everything printed so far was taken or has failed. */
  settled(): Promise<void>;
}

export interface OutputFailure {
  readonly isReaderGone: boolean;
  readonly code: string;
}

/** `then`: called once, at the first failure. */
export function watchOutput(then: (failure: OutputFailure) => void, stream: Writable = process.stdout): Output {
  let failure: OutputFailure | undefined;
  stream.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    if (failure) return;
    failure = { isReaderGone: code === 'EPIPE', code };
    then(failure);
  });
  return {
    get failure() {
      return failure;
    },
    // The error comes in the turn of the last callback.
    settled: () => new Promise((resolve) => stream.write('', () => setImmediate(resolve))),
  };
}

/** Nothing for a reader who hung up: that was its wish. `more`: what becomes of it, a sentence. */
export function sayLostOutput({ isReaderGone, code }: OutputFailure, more?: string): void {
  if (isReaderGone) return;
  const lost = new Error(`What is printed cannot be written (${code}).${more === undefined ? '' : ` ${more}`}`);
  stderrDestination().write(`${failureLine(lost)}\n`); // it may lead to the same full disk
}
