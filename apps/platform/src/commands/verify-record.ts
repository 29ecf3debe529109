/** `waybill verify`: whether a data folder, or Kafka and PostgreSQL, hold what the platform promises. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '@waybill/contracts';
import { nullLogger } from '@waybill/telemetry';
import { openRecord } from '../composition/embedded-record.ts';
import { openServerRecord } from '../composition/server-record.ts';
import { endProcess } from '../terminal/failure.ts';
import { foreignLine } from '../terminal/foreign-text.ts';
import { counted, style } from '../terminal/style.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { verify } from './verify.ts';

export const verifyRecord: Command = {
  summary: 'Hold the log of record against the plan store (one of this machine must be stopped)',
  usage: 'verify',
  async run(args, { config, servers, print }) {
    readArguments(args, {}, { count: 0, usage: this.usage });
    if (!servers) requireRecord(config.dataDir);
    const record = servers
      ? await openServerRecord(servers)
      : openRecord({ dataDir: config.dataDir, logger: nullLogger, onBroken: endProcess });
    try {
      const { plans, events, running, problems } = await verify(record.log, record.plans);
      for (const problem of problems) print(style.bad(foreignLine(problem)));
      print(
        `${counted(plans, 'plan')} (${running} of them running), ${counted(events, 'event')}: ${problems.length === 0 ? style.good('sound') : style.bad(counted(problems.length, 'problem'))}`,
      );
      return problems.length === 0 ? 0 : 1;
    } finally {
      await record.close();
    }
  },
};

/** A folder that was mistyped, or whose record is gone, must not be made anew and found sound. */
function requireRecord(dataDir: string): void {
  if (existsSync(join(dataDir, 'waybill.db'))) return;
  throw new PlatformError('not_found', {
    detail: `There is no record in ${dataDir}: look at WAYBILL_DATA_DIR, or start the platform there first.`,
  });
}
