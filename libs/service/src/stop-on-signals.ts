/**
 * What Ctrl-C and SIGTERM do. Promises: the first is answered with a line at once, and what runs is stopped politely; the second ends the
 * process; the exit code is the signal's (128 and its number) unless the work says another.
 */

export interface Stoppable {
  /** What has to be stopped; undefined while there is nothing. */
  running(): { close(): Promise<void> } | undefined;
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
  say(line: string): void;
  exit(code: number): void;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof exitCodes;

/** npm hands a Ctrl-C on to a process that has it from the terminal already: what follows within this time is no second one. */
const echoMs = 500;
/** An agent node waits so long for what it runs. */
const stopping = 'Stopping: finishing what runs, up to 25 s. Ctrl-C again ends at once; nothing is lost.';

const thisProcess: HostProcess = {
  get now() {
    return performance.now();
  },
  on: (signal, handler) => void process.on(signal, handler),
  say: (line) => void process.stderr.write(`${line}\n`),
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
  host.say(stopping);
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
