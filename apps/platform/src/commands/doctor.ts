/** `waybill doctor`: what this machine and these settings give, in a few lines. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { findFolderHolder } from '@waybill/messaging';
import type { Servers } from '../composition/server-record.ts';
import type { PlatformConfig } from '../config.ts';
import { foreignLine } from '../terminal/foreign-text.ts';
import { style } from '../terminal/style.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';

export const doctor: Command = {
  summary: 'Show what the platform runs on',
  usage: 'doctor',
  run(args, { config, servers, print }) {
    readArguments(args, {}, { count: 0, usage: this.usage });
    const rows = [
      ['node', `${process.version} ${process.platform} ${process.arch}`],
      ...(servers ? serverRows(servers) : embeddedRows(config)),
    ] as const;
    for (const [name, value] of rows) print(`${style.faint(name.padEnd(12))} ${foreignLine(value)}`);
    return Promise.resolve(0);
  },
};

type Row = readonly [name: string, value: string];

/** What runs there has settings of its own. */
const serverRows = ({ brokers, databaseUrl }: Servers): readonly Row[] => [
  ['kafka', brokers.join(', ') || 'KAFKA_BROKERS is not set'],
  ['database', databaseUrl === undefined ? 'DATABASE_URL is not set' : placeOf(databaseUrl)],
];

/** Without its password. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL is no address';
  const { host, pathname, username } = new URL(url);
  return `${host}${pathname} as ${username}`;
}

function embeddedRows({ dataDir, model, otlpEndpoint }: PlatformConfig): readonly Row[] {
  const holder = findFolderHolder(dataDir);
  const file = statSync(join(dataDir, 'waybill.db'), { throwIfNoEntry: false });
  return [
    ['data folder', `${dataDir} (${file ? `${Math.ceil(file.size / 1024)} KB of record` : 'not made yet'})`],
    ['running', holder ? `process ${holder.pid}, ${holder.address ?? 'starting'}` : 'no'],
    ['model', model.provider === 'openai' ? `${model.model} at ${model.baseUrl ?? 'the provider'}` : 'simulated'],
    ['traces', otlpEndpoint === undefined ? 'not exported' : 'exported'],
  ];
}
