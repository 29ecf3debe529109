/**
 * Takes back what lost a name and version on `registry`, so that nothing can bring it to the front.
 * Promise: nothing is withdrawn before the registry was read to its end; what fails is tried again with the next PUT or start, and fails nobody.
 */
import { defaultOwner, encodeMessage, topics, type OutgoingMessage } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { Claim } from '../domain/claims.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Registry } from '../ports/registry.ts';

export interface WithdrawClaimsParts {
  readonly log: Pick<MessageLog, 'append'>;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly registry: Registry;
}

export class WithdrawClaims {
  constructor(private readonly parts: WithdrawClaimsParts) {}

  /** To be called right after `registry.catchUp`. */
  async execute(): Promise<void> {
    const { log, registry } = this.parts;
    const lost = registry.lostClaims();
    if (lost.length > 0) await log.append(lost.map((claim) => this.tombstone(claim))).catch(() => undefined);
  }

  private tombstone({ key, partition }: Claim): OutgoingMessage {
    const { clock, crypto } = this.parts;
    const meta = { source: 'gateway', time: new Date(clock.now()).toISOString(), owner: defaultOwner };
    const place = { topic: topics.registry, key, name: 'ClaimWithdrawn' };
    return { ...encodeMessage(place, null, { ...meta, id: crypto.newId() }), partition, value: null };
  }
}
