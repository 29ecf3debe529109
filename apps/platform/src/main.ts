/**
 * `npm start`: the whole platform in this process, embedded. Indexes the sample documents, shows a first task, then stays up.
 * Exit codes: 0 after a polite stop or, with `--once`, when the task completed; 2 it was called wrongly; 130 and 143 it was interrupted before it
 * was ready or, with `--once`, before the task completed; 1 otherwise, also when what `--once` or `--help` printed could not be written.
 */
import { WaybillClient } from '@waybill/client';
import { PlatformError } from '@waybill/contracts';
import { closeInTime, stopOnSignals } from '@waybill/service/stop-on-signals';
import { runSample } from './commands/sample.ts';
import { readStartOptions, startUsage } from './commands/start-options.ts';
import { startPlatform, type RunningPlatform } from './composition/start-platform.ts';
import { parseConfig } from './config.ts';
import { failureLine } from './terminal/failure.ts';
import { sayLostOutput, watchOutput } from './terminal/lost-output.ts';
import { print } from './terminal/print.ts';
import { duration, style } from './terminal/style.ts';

// It goes on without anybody who reads, and without a place for what is printed.
const output = watchOutput((failure) => sayLostOutput(failure, 'All else goes on.'));

let platform: RunningPlatform | undefined;
/** Undefined while what was asked for is under way. */
let outcome: number | undefined;
let isStopping = (): boolean => false;

/** Answers the exit code, or nothing when the platform is to stay up. */
async function start(): Promise<number | undefined> {
  const { help, once, sample } = readStartOptions(process.argv.slice(2));
  if (help) {
    for (const line of startUsage) print(line);
    return orLost(0);
  }
  const config = parseConfig(process.env);
  isStopping = stopOnSignals({
    running: () => platform,
    exitCode: (interrupted) => (once ? (outcome ?? interrupted) : 0),
    explain: failureLine,
  });
  platform = await startPlatform({ config });
  print(
    `${style.strong('Waybill')} is ready ${style.faint(`(embedded, ${duration(performance.now())}, data in ${config.dataDir})`)}`,
  );
  print(`  ${style.name(platform.url)}   API ${platform.url}/openapi.json   metrics ${platform.url}/metrics`);
  print(
    `  model: ${config.model.provider === 'openai' ? config.model.model : `simulated, answers with quotes (${whySimulated()})`}`,
  );
  if (sample) {
    print('');
    const task = await runSample(new WaybillClient(platform.url), print);
    if (once) return finish(platform, task.status === 'completed' ? 0 : 1);
  }
  if (once) return finish(platform, 0);
  print(
    `${style.faint('Ask your own:')} npm run waybill -- run "your question" --docs FOLDER   ${style.faint('Ctrl-C stops.')}`,
  );
  return undefined;
}

const whySimulated = (): string =>
  process.env['OPENAI_API_KEY'] ? 'as AGENTIC_NO_LLM says' : 'set OPENAI_API_KEY for a real one';

async function finish(running: RunningPlatform, code: number): Promise<number> {
  outcome = await orLost(code);
  await closeInTime(running);
  return outcome;
}

/** Of what was asked for nothing arrived on a disk that is full; who hung up has seen enough. */
async function orLost(code: number): Promise<number> {
  await output.settled();
  return output.failure && !output.failure.isReaderGone ? 1 : code;
}

try {
  const code = await start();
  if (code !== undefined && !isStopping()) process.exit(code);
} catch (error) {
  if (!isStopping()) {
    process.stderr.write(`${failureLine(error)}\n`);
    process.exit(error instanceof PlatformError && error.code === 'invalid_request' ? 2 : 1);
  }
}
