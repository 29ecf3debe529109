/**
 * Where a command finds its platform: at the address that it was given, with the process that has the data folder, or in this process.
 * Promises: one of its own is brought only when nobody has the folder; whoever just takes or leaves the folder is waited for, a bounded time;
 * when the folder's platform goes away a stream goes on with the next one; what is waited for, and where it goes on, is said in one line each.
 */
import { ApiError, onceASecond, WaybillClient } from '@waybill/client';
import { PlatformError } from '@waybill/contracts';
import type { FolderHolder } from '@waybill/messaging';
import type { RunningPlatform } from './start-platform.ts';

export interface AccessOptions {
  /** Where it was said to be: then it is nowhere else. */
  readonly url: string | undefined;
  readonly findHolder: () => FolderHolder | undefined;
  /** Throws `data_folder_locked` when another process was faster. */
  readonly start: () => Promise<RunningPlatform>;
  readonly say: (line: string) => void;
  /** Between two looks at the folder. */
  readonly pause?: () => Promise<void>;
}

const pauseMs = 100;
/** So many looks are nobody's news. */
const quiet = 10;
/** Longer than a stop takes at most, which is 28 s. */
const patience = 600;

export class PlatformAccess {
  /** In this process: to be closed with it. */
  own: RunningPlatform | undefined;
  private readonly pause: () => Promise<void>;

  constructor(private readonly options: AccessOptions) {
    this.pause = options.pause ?? (() => new Promise((resolve) => setTimeout(resolve, pauseMs)));
  }

  async connect(): Promise<WaybillClient> {
    const client: WaybillClient = new WaybillClient(await this.find(), (failures) => this.goOn(client, failures));
    return client;
  }

  /** A stream was cut: answers whether to ask again, and moves the client when the platform is elsewhere now. */
  private async goOn(client: WaybillClient, failures: number): Promise<boolean> {
    if (this.own) return onceASecond(failures); // it is being stopped
    if (this.options.url !== undefined) {
      if (failures === 1) this.options.say('The stream was cut; asking again, for up to a minute.');
      return onceASecond(failures);
    }
    try {
      const url = await this.find();
      if (url === client.url) return onceASecond(failures);
      client.moveTo(url);
    } catch (error) {
      if (isLocked(error)) return false;
      throw error;
    }
    const next = this.own ? 'its own' : `the one at ${client.url}`;
    this.options.say(`The platform that ran on the data folder has ended: this command goes on with ${next}.`);
    return true;
  }

  private async find(): Promise<string> {
    const { url: given, findHolder, say } = this.options;
    if (given !== undefined) return given;
    for (let looks = 1; ; looks += 1) {
      const holder = findHolder();
      const url = holder ? await answering(holder) : await this.bring();
      if (url !== undefined) return url;
      if (looks === quiet) say(`${whose(holder)} and does not answer: waiting for it, up to a minute.`);
      if (looks > patience) throw silent(holder);
      await this.pause();
    }
  }

  /** Undefined when another process was faster. */
  private async bring(): Promise<string | undefined> {
    try {
      this.own = await this.options.start();
      return this.own.url;
    } catch (error) {
      if (isLocked(error)) return undefined;
      throw error;
    }
  }
}

/** Its note stands there from its start to its very end, and it answers in between. */
async function answering({ address }: FolderHolder): Promise<string | undefined> {
  if (address === undefined) return undefined;
  try {
    await new WaybillClient(address).readiness();
    return address;
  } catch (error) {
    return error instanceof ApiError ? address : undefined;
  }
}

const isLocked = (error: unknown): boolean => error instanceof PlatformError && error.code === 'data_folder_locked';

const whose = (holder: FolderHolder | undefined): string =>
  `${holder ? `Process ${holder.pid}` : 'Another process'} has the data folder`;

const silent = (holder: FolderHolder | undefined): PlatformError =>
  new PlatformError('data_folder_locked', {
    detail: `${whose(holder)} and does not answer. Stop it, or choose another folder.`,
  });
