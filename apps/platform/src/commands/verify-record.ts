/** `waybill verify`: whether a data folder, or Kafka and PostgreSQL, hold what the platform promises. */
import { nullLogger } from '@waybill/telemetry';
import { openRecord } from '../composition/embedded-record.ts';
import { openServerRecord } from '../composition/server-record.ts';
import { endProcess } from '../terminal/failure.ts';
import { foreignLine } from '../terminal/foreign-text.ts';
import { style } from '../terminal/style.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { verify } from './verify.ts';

export const verifyRecord: Command = {
  summary: 'Hold the log of record against the plan store (the platform must be stopped)',
  usage: 'verify',
  async run(args, { config, servers, print }) {
    readArguments(args, {}, { count: 0, usage: this.usage });
    const record = servers
      ? await openServerRecord(servers)
      : openRecord({ dataDir: config.dataDir, logger: nullLogger, onBroken: endProcess });
    try {
      const { plans, events, running, problems } = await verify(record.log, record.plans);
      for (const problem of problems) print(style.bad(foreignLine(problem)));
      print(
        `${plans} plans (${running} of them running), ${events} events: ${problems.length === 0 ? style.good('sound') : style.bad(`${problems.length} problems`)}`,
      );
      return problems.length === 0 ? 0 : 1;
    } finally {
      await record.close();
    }
  },
};
