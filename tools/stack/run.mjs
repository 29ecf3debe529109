/** Programs that end: installers and tools. */
import { execFile, spawnSync } from 'node:child_process';
import { StackFailure } from './failure.mjs';

/** @typedef {{ cwd?: string; env?: Record<string, string>; uid?: number; gid?: number }} RunOptions */

/** Answers what it printed. @param {string} command @param {string[]} args @param {RunOptions} [options] @returns {Promise<string>} */
export function run(command, args, { env, ...options } = {}) {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { ...options, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const output = `${stdout}${stderr}`.trimEnd().split('\n').slice(-25).join('\n');
        reject(new StackFailure(`${[command, ...args].join(' ').slice(0, 200)} failed.`, output));
      },
    );
  });
}

/** @param {string} program @param {string} why */
export function need(program, why) {
  if (spawnSync('sh', ['-c', `command -v ${program}`]).status === 0) return;
  throw new StackFailure(`${why}, and \`${program}\` is not on the PATH.`);
}
