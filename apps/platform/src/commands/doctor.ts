/** `waybill doctor`: what this machine and these settings give, in a few lines. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { findFolderHolder } from '@waybill/messaging';
import { foreignLine } from '../terminal/foreign-text.ts';
import { style } from '../terminal/style.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';

export const doctor: Command = {
  summary: 'Show what the platform runs on',
  usage: 'doctor',
  run(args, { config, print }) {
    readArguments(args, {}, { count: 0, usage: this.usage });
    const holder = findFolderHolder(config.dataDir);
    const file = statSync(join(config.dataDir, 'waybill.db'), { throwIfNoEntry: false });
    const rows = [
      ['node', `${process.version} ${process.platform} ${process.arch}`],
      ['data folder', `${config.dataDir} (${file ? `${Math.ceil(file.size / 1024)} KB of record` : 'not made yet'})`],
      ['running', holder ? `process ${holder.pid}, ${holder.address ?? 'starting'}` : 'no'],
      [
        'model',
        config.model.provider === 'openai'
          ? `${config.model.model} at ${config.model.baseUrl ?? 'the provider'}`
          : 'simulated',
      ],
      ['traces', config.otlpEndpoint === undefined ? 'not exported' : 'exported'],
    ] as const;
    for (const [name, value] of rows) print(`${style.faint(name.padEnd(12))} ${foreignLine(value)}`);
    return Promise.resolve(0);
  },
};
