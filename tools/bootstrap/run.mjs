/** Runs a tool quietly: its output is kept, and shown by the caller when something went wrong. Whoever ends us ends the tool as well: the next start must not meet it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { codeOf } from './failure.mjs';

/** @typedef {{ code: number; output: string; missing: boolean }} Ran */

const endings = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** @param {[string, ...string[]]} command @param {string[]} args @param {string} cwd @returns {Promise<Ran>} */
export function run([file, ...first], args, cwd) {
  return new Promise((resolve, reject) => {
    // npm is a .cmd file on Windows, which only a shell can start; no argument here comes from outside.
    const shell = process.platform === 'win32' && file === 'npm';
    const child = spawn(file, [...first, ...args], { cwd, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    /** @param {Buffer} chunk */
    const keep = (chunk) => (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    /** @type {NodeJS.Signals | undefined} */
    let ending;
    /** @param {NodeJS.Signals} signal */
    const end = (signal) => {
      ending = signal;
      child.kill(signal);
    };
    for (const signal of endings) process.on(signal, end);
    child.on('error', (error) =>
      codeOf(error) === 'ENOENT' ? resolve({ code: 1, output, missing: true }) : reject(error),
    );
    child.on('close', (code) => {
      for (const signal of endings) process.off(signal, end);
      if (ending) process.exit(128 + constants.signals[ending]); // lets go of the lock
      resolve({ code: code ?? 1, output, missing: false });
    });
  });
}
