/** `waybill COMMAND`: the platform from a terminal. Exit codes: 0 it worked, 1 it did not, 2 it was called wrongly, 130 and 143 it was interrupted. */
import { PlatformError } from '@waybill/contracts';
import { findFolderHolder } from '@waybill/messaging';
import { closeInTime, stopOnSignals } from '@waybill/service/stop-on-signals';
import { asksForHelp } from './commands/arguments.ts';
import type { Command } from './commands/command.ts';
import { docs } from './commands/docs.ts';
import { doctor } from './commands/doctor.ts';
import { printCommandHelp, printHelp } from './commands/help.ts';
import { run } from './commands/run.ts';
import { cancel, tasks, watch } from './commands/tasks.ts';
import { verifyRecord } from './commands/verify-record.ts';
import { PlatformAccess } from './composition/platform-access.ts';
import { readServers } from './composition/server-record.ts';
import { startPlatform } from './composition/start-platform.ts';
import { parseConfig, platformUrlOf, withoutServers } from './config.ts';
import { exitCodeOf, failureLine } from './terminal/failure.ts';
import { foreignLine } from './terminal/foreign-text.ts';
import { sayLostOutput, watchOutput, type OutputFailure } from './terminal/lost-output.ts';
import { print } from './terminal/print.ts';

const commands = new Map<string, Command>(
  Object.entries({ run, tasks, watch, cancel, docs, verify: verifyRecord, doctor }),
);

let access: PlatformAccess | undefined;
/** The task that the command follows. */
let followed: string | undefined;
/** Undefined while the command is under way. */
let outcome: number | undefined;

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    printHelp(commands.values(), print);
    return 0;
  }
  const command = commands.get(name);
  if (!command) {
    const what = name.startsWith('-') ? 'option' : 'command';
    throw new PlatformError('invalid_request', {
      detail: `There is no ${what} ${name}. See npm run waybill -- --help.`,
    });
  }
  if (asksForHelp(args)) {
    printCommandHelp(command, print);
    return 0;
  }
  const servers = readServers(process.env);
  const config = parseConfig(servers ? withoutServers(process.env) : process.env);
  access = new PlatformAccess({
    url: platformUrlOf(process.env),
    findHolder: () => findFolderHolder(config.dataDir),
    start: () => {
      if (servers) throw new PlatformError('invalid_configuration', { detail: noGateway });
      return startPlatform({ config: { ...config, gateway: { ...config.gateway, port: 0 } } });
    },
    say: (line) => void process.stderr.write(`${foreignLine(line)}\n`),
  });
  const connect = access.connect.bind(access);
  return command.run(args, { config, servers, print, connect, onFollow: (taskId) => (followed = taskId) });
}

const noGateway =
  'KAFKA_BROKERS or DATABASE_URL is set, so there is no platform of its own to start: say in WAYBILL_URL where the gateway is.';

/** The platform has the task and goes on with it: at once, or when one runs again on the data folder. */
function farewell(): string | undefined {
  if (followed === undefined) return undefined;
  const watching = `npm run waybill -- watch ${followed}`;
  return access?.own
    ? `Task ${followed} is kept; ${watching} goes on with it.`
    : `Task ${followed} goes on. Follow it with: ${watching}`;
}

/** 128 and the number of SIGPIPE, as of other programs in a pipe. */
const readerGone = 141;

/** What the command is for does not arrive: a platform of its own is stopped politely, and goes on with the task when it runs again. */
async function endWithoutOutput(failure: OutputFailure): Promise<void> {
  sayLostOutput(failure, farewell());
  await closeInTime(access?.own).catch(() => undefined);
  process.exit(failure.isReaderGone ? readerGone : 1);
}

if (process.argv[2] === 'start') {
  process.argv.splice(2, 1);
  await import('./main.ts');
} else {
  const output = watchOutput((failure) => void endWithoutOutput(failure));
  const isInterrupted = stopOnSignals({
    running: () => access?.own,
    exitCode: (interrupted) => outcome ?? interrupted,
    explain: failureLine,
    farewell,
  });
  const isStopping = (): boolean => isInterrupted() || output.failure !== undefined;
  try {
    outcome = await main(process.argv.slice(2));
    await output.settled();
    await closeInTime(access?.own);
    if (!isStopping()) process.exit(outcome);
  } catch (error) {
    if (!isStopping()) {
      process.stderr.write(`${failureLine(error)}\n`);
      await closeInTime(access?.own);
      process.exit(exitCodeOf(error));
    }
  }
}
