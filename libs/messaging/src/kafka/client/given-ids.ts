/**
 * A new member of a group is given its id first, and has to come again with it (KIP-394). The client does that by itself, and where it fails (the connection breaks, the coordinator moves) nobody
 * knows which id that was: the group waits for its owner until a session is over, and deals out partitions to it, while the same member joins as somebody else.
 * Promise: who joins without an id is told which one it was given, and comes again itself.
 */
import { clientClass } from './client-class.ts';
import { refusalOf } from './refusals.ts';

interface Joining {
  readonly memberId: string;
}
type Protocol = (joining: Joining) => object;

/** The client's class, as far as it is changed. */
export interface Broker {
  readonly lookupRequest: (key: number, definitions: object) => Protocol;
  joinGroup: (this: Broker, joining: Joining) => Promise<unknown>;
}

/** As brokers number it. */
const memberIdRequired = 79;

/** In the process's one copy of the client, from now on. */
export function tellGivenIds({ prototype } = clientClass<Broker>('broker/index.js')): void {
  const { joinGroup } = prototype;
  prototype.joinGroup = function (joining): Promise<unknown> {
    return joinGroup.call(askingOnce(this), joining);
  };
}

/** The same broker; the second time it is asked, which is with the given id, tells it instead. */
function askingOnce(broker: Broker): Broker {
  const lookupRequest = (key: number, definitions: object): Protocol => {
    const protocol = broker.lookupRequest(key, definitions);
    let isAsked = false;
    return (joining) => {
      if (isAsked) throw Object.assign(refusalOf(memberIdRequired), { memberId: joining.memberId });
      isAsked = true;
      return protocol(joining);
    };
  };
  return Object.create(broker, { lookupRequest: { value: lookupRequest } }) as Broker;
}
