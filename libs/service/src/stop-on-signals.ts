/**
 * What Ctrl-C and SIGTERM do. Promises: the first is answered with a line at once, and what runs is stopped politely; the second ends the
 * process; the exit code is the signal's (128 and its number) unless the work says another; a stop ends within a bound, and then says what did not.
 */
import { stderrDestination } from '@waybill/telemetry';
import type { Closable } from './closing.ts';

export interface Stoppable {
  /** What has to be stopped; undefined while there is nothing. */
  running(): Closable | undefined;
  /** Asked when all is stopped. `interrupted`: the signal's. */
  exitCode?(interrupted: number): number;
  /** The line for a stop that failed. */
  explain(error: unknown): string;
  /** What becomes of what was asked for and is not done. */
  farewell?(): string | undefined;
}

/** The process as this file needs it. */
export interface HostProcess {
  readonly now: number;
  on(signal: StopSignal, handler: () => void): void;
  /** Calls back once. */
  after(ms: number, callback: () => void): void;
  /** The kinds of what keeps it alive. */
  readonly resources: readonly string[];
  say(line: string): void;
  exit(code: number): void;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof exitCodes;

/** npm hands a Ctrl-C on to a process that has it from the terminal already: what follows within this time is no second one. */
const echoMs = 500;
const usualDrainMs = 25_000;
/** For all else. Together less than the 30 s after which Kubernetes kills, which would not say why. */
const restMs = 3_000;

const thisProcess: HostProcess = {
  get now() {
    return performance.now();
  },
  on: (signal, handler) => void process.on(signal, handler),
  after: (ms, callback) => void setTimeout(callback, ms),
  get resources() {
    return process.getActiveResourcesInfo();
  },
  // Whoever reads may be gone already, as `tee` is after a Ctrl-C: the stop goes on.
  say: (line) => stderrDestination().write(`${line}\n`),
  exit: (code) => process.exit(code),
};

/** Answers whether a signal came: from then on what fails does so because of the stop, and the exit code is not the caller's any more. */
export function stopOnSignals(work: Stoppable, host: HostProcess = thisProcess): () => boolean {
  let firstAt: number | undefined;
  const onSignal = (signal: StopSignal): void => {
    if (firstAt === undefined) {
      firstAt = host.now;
      void stop(work, host, exitCodes[signal]);
    } else if (host.now - firstAt > echoMs) host.exit(exitCodes[signal]);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) host.on(signal, () => onSignal(signal));
  return () => firstAt !== undefined;
}

async function stop(work: Stoppable, host: HostProcess, interrupted: number): Promise<void> {
  const running = work.running();
  if (!running) {
    host.say(work.farewell?.() ?? 'Stopped; nothing is lost.');
    return host.exit(interrupted);
  }
  announce(running, host);
  try {
    await running.close();
    const code = work.exitCode?.(interrupted) ?? interrupted;
    const farewell = work.farewell?.();
    if (code === interrupted && farewell !== undefined) host.say(farewell);
    host.exit(code);
  } catch (error) {
    host.say(work.explain(error));
    host.exit(1);
  }
}

/** Without a signal: when the work is done, or could not begin. What does not end in time ends with the process, and is named. */
export async function closeInTime(running: Closable | undefined, host: HostProcess = thisProcess): Promise<void> {
  if (!running) return;
  let isOver = false;
  endAfter(running, host, () => isOver);
  try {
    await running.close();
  } finally {
    isOver = true;
  }
}

/** Says what is waited for, and for how long at most. */
function announce(running: Closable, host: HostProcess): void {
  const { drainMs = usualDrainMs } = running;
  host.say(`Stopping: finishing what runs, up to ${drainMs / 1000} s. Ctrl-C again ends at once; nothing is lost.`);
  endAfter(running, host);
}

function endAfter(running: Closable, host: HostProcess, isOver = (): boolean => false): void {
  const { drainMs = usualDrainMs } = running;
  host.after(drainMs + restMs, () => {
    if (isOver()) return;
    host.say(unfinished(running, host.resources));
    host.exit(1);
  });
}

const unfinished = ({ closing = 'all' }: Closable, resources: readonly string[]): string =>
  `Not everything ended in time: ${closing} (open: ${[...new Set(resources)].join(', ')}). The process ends now. Nothing is lost: what was not finished is done when it runs again. Please report this line.`;
