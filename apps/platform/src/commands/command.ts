/** What every command of the CLI is given, and what it answers: the exit code. */
import type { WaybillClient } from '@waybill/client';
import type { Servers } from '../composition/server-record.ts';
import type { PlatformConfig } from '../config.ts';
import type { Print } from '../terminal/follow-task.ts';

export interface CommandContext {
  readonly config: PlatformConfig;
  /** Undefined: the data folder holds everything. */
  readonly servers: Servers | undefined;
  readonly print: Print;
  /** A platform to talk to: the one that runs on the data folder, or one that is started for this command. */
  readonly connect: () => Promise<WaybillClient>;
  /** The command follows this task now: told when it is interrupted. */
  readonly onFollow: (taskId: string) => void;
}

export interface Command {
  /** One line for `waybill help`. */
  readonly summary: string;
  /** A line for each way to call it, without `waybill`. */
  readonly usage: string;
  run(args: readonly string[], context: CommandContext): Promise<number>;
}
