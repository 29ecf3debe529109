/** The usage texts of `waybill`: of all its commands, and of one. */
import { style } from '../terminal/style.ts';
import type { Print } from '../terminal/follow-task.ts';
import type { Command } from './command.ts';

export function printHelp(commands: Iterable<Command>, print: Print): void {
  const rows = [['start [--once] [--no-sample]', 'The whole platform in one process (npm start)']];
  for (const { usage, summary } of commands) {
    for (const [index, line] of usage.split('\n').entries()) rows.push([line, index === 0 ? summary : '']);
  }
  const width = Math.max(...rows.map(([line = '']) => line.length));
  print(`${style.strong('waybill')}: durable multi-agent workflows`);
  print('');
  print('Usage: npm run waybill -- COMMAND');
  print('');
  for (const [line = '', summary] of rows) print(`  ${line.padEnd(width)}  ${summary}`.trimEnd());
  print('');
  print(
    style.faint(
      '  Commands talk to the platform that runs on the data folder (or at WAYBILL_URL); when none runs, they bring their own.',
    ),
  );
}

export function printCommandHelp({ usage, summary }: Command, print: Print): void {
  for (const [index, line] of usage.split('\n').entries())
    print(`${index === 0 ? 'Usage:' : '      '} waybill ${line}`);
  print('');
  print(`${summary}.`);
}
