/**
 * Where a command finds its platform: at the address that it was given, with the process that has the data folder, or in this process.
 * Promises: one of its own is brought only when nobody has the folder; whoever just takes or leaves the folder, or has it and is held up (Ctrl-Z), is waited
 * for, a bounded time; when the folder's platform goes away the command goes on with the next one; what is waited for, and where it goes on, is said in one line each.
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
  /** Of one question to a holder. */
  readonly limit?: () => AbortSignal;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** Where a command's platform is found when the last one does not answer. */
type Place = 'the same' | 'another';

const pauseMs = 100;
/** A platform at its limit answers within it; one that was stopped takes connections and answers never. */
const answerMs = 5_000;
/** So long is nobody's news. */
const quietMs = 1_000;
/** Longer than a stop takes at most, which is 28 s. */
const patienceMs = 60_000;

export class PlatformAccess {
  /** In this process: to be closed with it. */
  own: RunningPlatform | undefined;
  private readonly pause: () => Promise<void>;
  private goingOn: Promise<Place> | undefined;

  constructor(private readonly options: AccessOptions) {
    this.pause = options.pause ?? (() => new Promise((resolve) => setTimeout(resolve, pauseMs)));
  }

  async connect(): Promise<WaybillClient> {
    const client: WaybillClient = new WaybillClient(await this.find(), {
      again: (failures) => this.followAgain(client, failures),
      ...(this.options.url === undefined && {
        unanswered: (failures, trouble) => this.askAgain(client, failures, trouble),
      }),
    });
    return client;
  }

  /** A stream was cut: answers whether to ask again. */
  private async followAgain(client: WaybillClient, failures: number): Promise<boolean> {
    if (this.own) return onceASecond(failures); // it is being stopped
    if (this.options.url !== undefined) {
      if (failures === 1) this.options.say('The stream was cut; asking again, for up to a minute.');
      return onceASecond(failures);
    }
    try {
      return (await this.goOn(client)) === 'another' || (await onceASecond(failures));
    } catch (error) {
      if (isLocked(error)) return false;
      throw error;
    }
  }

  /** A request got no answer, or one that asks for patience: answers whether to ask again. Throws `data_folder_locked` when there is nobody to ask. */
  private async askAgain(client: WaybillClient, failures: number, trouble: unknown): Promise<boolean> {
    if (this.own) return false;
    return (await this.goOn(client)) === 'another' || (!(trouble instanceof ApiError) && onceASecond(failures));
  }

  /** Moves the client when the platform is elsewhere now. Requests that fail together look once. */
  private goOn(client: WaybillClient): Promise<Place> {
    this.goingOn ??= this.look(client).finally(() => (this.goingOn = undefined));
    return this.goingOn;
  }

  private async look(client: WaybillClient): Promise<Place> {
    const url = await this.find();
    if (url === client.url) return 'the same';
    client.moveTo(url);
    const next = this.own ? 'its own' : `the one at ${client.url}`;
    this.options.say(`The platform that ran on the data folder has ended: this command goes on with ${next}.`);
    return 'another';
  }

  private async find(): Promise<string> {
    const { url: given, findHolder, say, now = () => performance.now() } = this.options;
    if (given !== undefined) return given;
    let isSaid = false;
    for (const begun = now(); ;) {
      const holder = findHolder();
      const url = holder ? await this.answering(holder) : await this.bring();
      if (url !== undefined) return url;
      const waitedMs = now() - begun;
      if (waitedMs >= quietMs && !isSaid) say(`${whose(holder)} and does not answer: waiting for it, up to a minute.`);
      isSaid ||= waitedMs >= quietMs;
      if (waitedMs > patienceMs) throw silent(holder);
      await this.pause();
    }
  }

  /** Its note stands there from its start to its very end, and it answers in between: whatever it says, it is there. */
  private async answering({ address }: FolderHolder): Promise<string | undefined> {
    if (address === undefined) return undefined;
    const { limit = () => AbortSignal.timeout(answerMs) } = this.options;
    try {
      const response = await fetch(`${address}/readyz`, { signal: limit() });
      await response.body?.cancel();
      return address;
    } catch {
      return undefined;
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

const isLocked = (error: unknown): boolean => error instanceof PlatformError && error.code === 'data_folder_locked';

const whose = (holder: FolderHolder | undefined): string =>
  `${holder ? `Process ${holder.pid}` : 'Another process'} has the data folder`;

const silent = (holder: FolderHolder | undefined): PlatformError =>
  new PlatformError('data_folder_locked', {
    detail: `${whose(holder)} and does not answer. Stop it, or choose another folder.`,
  });
