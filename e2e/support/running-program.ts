/** A built program that runs, as a user sees it on a terminal: what it prints, and signals to it. Gone when the test ends. */
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { bootstrap } from './scratch.ts';

export interface RunningProgram {
  readonly printed: () => string;
  readonly errors: () => string;
  /** Resolves when it has printed that. */
  readonly hasSaid: (text: string) => Promise<void>;
  /** Nobody reads what it prints from now on. */
  readonly hangUp: () => void;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
}

export function runProgram(args: readonly string[], env: Readonly<Record<string, string>>): RunningProgram {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', bootstrap, ...args], {
    env: { ...process.env, AGENTIC_NO_LLM: '1', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    printed: () => out,
    errors: () => err,
    hasSaid: async (text) => {
      while (!(out + err).includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`It ended without saying ${text}:\n${out}${err}`);
        await new Promise((resolve) => setTimeout(resolve, 10)); // polling: what is printed is all there is to see
      }
    },
    hangUp: () => {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    signal: (signal) => void child.kill(signal),
    ended,
  };
}
