/** `waybill COMMAND`: the platform from a terminal. Exit codes: 0 it worked, 1 it did not, 2 it was called wrongly. */
import { WaybillClient } from '@waybill/client';
import { PlatformError } from '@waybill/contracts';
import { findFolderHolder } from '@waybill/messaging';
import type { Command } from './commands/command.ts';
import { docs } from './commands/docs.ts';
import { doctor } from './commands/doctor.ts';
import { run } from './commands/run.ts';
import { cancel, tasks, watch } from './commands/tasks.ts';
import { verifyFolder } from './commands/verify-folder.ts';
import { startPlatform, type RunningPlatform } from './composition/start-platform.ts';
import { parseConfig } from './config.ts';
import { failureLine } from './terminal/failure.ts';
import { style } from './terminal/style.ts';

const commands = new Map<string, Command>(
  Object.entries({ run, tasks, watch, cancel, docs, verify: verifyFolder, doctor }),
);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

let own: RunningPlatform | undefined;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help') return help();
  const command = commands.get(name);
  if (!command)
    throw new PlatformError('invalid_request', { detail: `There is no command ${name}. See waybill help.` });
  const config = parseConfig(process.env);
  const url = process.env['WAYBILL_URL'];
  const connect = async (): Promise<WaybillClient> => {
    const running = url ?? findFolderHolder(config.dataDir)?.address;
    if (running !== undefined) return new WaybillClient(running);
    own ??= await startPlatform({ config: { ...config, gateway: { ...config.gateway, port: 0 } } });
    return new WaybillClient(own.url);
  };
  return command.run(args, { config, print, connect });
}

function help(): number {
  print(`${style.strong('waybill')}: durable multi-agent workflows`);
  print('');
  const rows = [['start [--once] [--no-sample]', 'The whole platform in one process (npm start)']];
  for (const { usage, summary } of commands.values()) {
    for (const [index, line] of usage.split('\n').entries()) rows.push([line, index === 0 ? summary : '']);
  }
  const width = Math.max(...rows.map(([line = '']) => line.length));
  for (const [line = '', summary] of rows) print(`  ${line.padEnd(width)}  ${summary}`.trimEnd());
  print('');
  print(
    style.faint(
      '  Commands talk to the platform that runs on the data folder (or at WAYBILL_URL); when none runs, they bring their own.',
    ),
  );
  return 0;
}

if (process.argv[2] === 'start') {
  process.argv.splice(2, 1);
  await import('./main.ts');
} else {
  try {
    const code = await main(process.argv.slice(2));
    await own?.close();
    process.exit(code);
  } catch (error) {
    process.stderr.write(`${failureLine(error)}\n`);
    await own?.close();
    process.exit(error instanceof PlatformError && error.errorClass === 'invalid' ? 2 : 1);
  }
}
