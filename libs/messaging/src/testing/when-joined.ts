/** The membership that a consumer keeps to itself, for a test that does to it what a log may do. */
import type { GroupMembership, MessageLog } from '../message-log.ts';

/** Resolves with the next membership of this log. */
export function whenJoined(log: MessageLog): Promise<GroupMembership> {
  const joined = Promise.withResolvers<GroupMembership>();
  const join = log.join.bind(log);
  log.join = async (options) => {
    const membership = await join(options);
    joined.resolve(membership);
    return membership;
  };
  return joined.promise;
}
