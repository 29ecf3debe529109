/**
 * Servers that outlive the command which starts them: a pid file and a log each.
 * Promise: only a process that was started here is ever signalled; a pid that went to somebody else meanwhile is not mistaken for it.
 */
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackFailure } from './failure.mjs';
import { host, running } from './places.mjs';

/** @typedef {{ command: string; args: string[]; env?: Record<string, string>; uid?: number; gid?: number }} Program */

/** @param {string} name */
const pidFile = (name) => running(`${name}.pid`);
/** @param {string} name */
export const logFile = (name) => running(`${name}.log`);

/** Kernel start time of a process, which with its pid names it for good; undefined when there is none. @param {number} pid */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** @param {string} name @returns {number | undefined} */
export function pidOf(name) {
  if (!existsSync(pidFile(name))) return undefined;
  const [pid, started] = readFileSync(pidFile(name), 'utf8').split(' ');
  return startTime(Number(pid)) === started ? Number(pid) : undefined;
}

/** @param {string} name @param {Program} program */
export function launch(name, { command, args, env, uid, gid }) {
  const log = openSync(logFile(name), 'a');
  const child = spawn(command, args, {
    cwd: running(),
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
    ...(uid === undefined ? {} : { uid, gid: gid ?? uid }),
  });
  child.on('error', () => {}); // told by `waitFor`: there is no process
  child.unref();
  if (child.pid === undefined) throw new StackFailure(`${command} could not be started.`);
  writeFileSync(pidFile(name), `${child.pid} ${startTime(child.pid) ?? ''}`);
}

/** @param {string} name @param {() => boolean | Promise<boolean>} isReady @param {number} seconds */
export async function waitFor(name, isReady, seconds) {
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; await sleep(50)) {
    if (pidOf(name) === undefined) throw new StackFailure(`${name} ended while it started.`, tailOf(name));
    if (await isReady()) return;
  }
  throw new StackFailure(`${name} was not ready after ${seconds} s.`, tailOf(name));
}

/** Ends with the signal, and by force after a while. @param {string} name @param {NodeJS.Signals} signal @param {number} seconds */
export async function end(name, signal, seconds) {
  const pid = pidOf(name);
  if (pid !== undefined) {
    process.kill(pid, signal);
    const end = performance.now() + seconds * 1_000;
    while (pidOf(name) === pid && performance.now() < end) await sleep(20);
    if (pidOf(name) === pid) process.kill(pid, 'SIGKILL');
    while (pidOf(name) === pid) await sleep(20);
  }
  rmSync(pidFile(name), { force: true });
}

/** @param {string} name */
function tailOf(name) {
  return existsSync(logFile(name))
    ? readFileSync(logFile(name), 'utf8').trimEnd().split('\n').slice(-25).join('\n')
    : '';
}

/** @param {number} port @returns {Promise<boolean>} */
export const isOpen = (port) =>
  new Promise((resolve) => {
    const socket = connect({ port, host });
    /** @param {boolean} open */
    const done = (open) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });

/** Of the process and its children, in MB. @param {number} pid */
export function memoryMb(pid) {
  const kilobytes = (/** @type {number} */ of) => {
    try {
      return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${of}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return Math.round([pid, ...children].reduce((sum, of) => sum + kilobytes(of), 0) / 1_024);
}
