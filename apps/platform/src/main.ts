/**
 * `npm start`: the whole platform in this process, embedded. Indexes the sample documents, shows a first task, then stays up.
 * Exit codes: 0 after a polite stop or, with `--once`, when the task completed; 2 it was called wrongly; 1 otherwise.
 */
import { WaybillClient } from '@waybill/client';
import { PlatformError } from '@waybill/contracts';
import { runSample } from './commands/sample.ts';
import { readStartOptions, startUsage } from './commands/start-options.ts';
import { startPlatform } from './composition/start-platform.ts';
import { parseConfig } from './config.ts';
import { failureLine } from './terminal/failure.ts';
import { duration, style } from './terminal/style.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Answers the exit code, or nothing when the platform is to stay up. */
async function start(): Promise<number | undefined> {
  const { help, once, sample } = readStartOptions(process.argv.slice(2));
  if (help) {
    for (const line of startUsage) print(line);
    return 0;
  }
  const config = parseConfig(process.env);
  const begun = performance.now();
  const platform = await startPlatform({ config });
  stopOnSignals(platform.close);
  print(
    `${style.strong('Waybill')} is ready ${style.faint(`(embedded, ${duration(performance.now() - begun)}, data in ${config.dataDir})`)}`,
  );
  print(`  ${style.name(platform.url)}   API ${platform.url}/openapi.json   metrics ${platform.url}/metrics`);
  print(
    `  model: ${config.provider ? config.provider.model : 'simulated, answers with quotes (set OPENAI_API_KEY for a real one)'}`,
  );
  if (sample) {
    print('');
    const task = await runSample(new WaybillClient(platform.url), print);
    if (once) return finish(platform.close, task.status === 'completed' ? 0 : 1);
  }
  if (once) return finish(platform.close, 0);
  print(
    `${style.faint('Ask your own:')} npm run waybill -- run "your question" --docs FOLDER   ${style.faint('Ctrl-C stops.')}`,
  );
  return undefined;
}

async function finish(close: () => Promise<void>, code: number): Promise<number> {
  await close();
  return code;
}

function stopOnSignals(close: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${failureLine(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
}

try {
  const code = await start();
  if (code !== undefined) process.exit(code);
} catch (error) {
  process.stderr.write(`${failureLine(error)}\n`);
  process.exit(error instanceof PlatformError && error.code === 'invalid_request' ? 2 : 1);
}
