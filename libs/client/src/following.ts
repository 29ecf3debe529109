/** What is said about following a task's stream: its frames, its options, and when it, or a request, is given up. */
import type { PlanEvent, TokenFrame } from '@waybill/contracts';
import { ApiError } from './api-error.ts';

/** A frame of a task's stream: an event of its plan, a piece of text, or the news that pieces begin anew. */
export type TaskFrame =
  | { readonly kind: 'event'; readonly event: PlanEvent }
  | { readonly kind: 'token'; readonly token: TokenFrame }
  | { readonly kind: 'reset' };

export interface FollowOptions {
  readonly tokens?: boolean;
  /** Begin after this event. */
  readonly after?: number;
  readonly signal?: AbortSignal;
  /** After which a gateway that has said nothing, not even a heartbeat, is taken for gone, ms; default 45 s. */
  readonly silenceMs?: number;
  /** Default: the client's. */
  readonly again?: Again;
}

/** Asked after a connection was cut, `failures` of them in a row by now; false gives up. `trouble`: why, if that was said. */
export type Again = (failures: number, trouble?: unknown) => Promise<boolean>;

/** The platform has answered: to ask again changes nothing, unless it said that it is only busy. */
export const isFinal = (error: unknown): boolean => error instanceof ApiError && error.problem.class !== 'transient';

/** As `fetch` says that nothing came back, or not all of it; or the platform is only busy. */
export const mayPass = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof ApiError && error.problem.class === 'transient');

/** For a minute of failures in a row. */
export async function onceASecond(failures: number): Promise<boolean> {
  if (failures > 60) return false;
  await new Promise((resolve) => setTimeout(resolve, failures === 1 ? 50 : 1_000));
  return true;
}

/** The stream was given up; the task may well go on. `cause`: why it could not be resumed the last time, if that was said. */
export class StreamLost extends Error {
  constructor(
    readonly taskId: string,
    cause?: unknown,
  ) {
    super(`The stream of task ${taskId} was cut and could not be resumed.`, { cause });
    this.name = new.target.name;
  }
}
