/** What every MessageLog promises. Waiting is for a condition, bounded; names are fresh, since a server outlives the suite. */
import { afterEach, beforeEach, describe } from 'vitest';
import { appendContract } from './append.contract.ts';
import { groupContract } from './group.contract.ts';
import type { LogUnderTest } from './log-under-test.ts';
import { membershipContract } from './membership.contract.ts';
import { sharingContract } from './sharing.contract.ts';
import { tailContract } from './tail.contract.ts';

export function messageLogContract(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`${name} as a MessageLog`, { timeout: 120_000 }, () => {
    let current: LogUnderTest;
    beforeEach(async () => {
      current = await open();
    });
    afterEach(() => current.close());
    const opened = (): LogUnderTest => current;

    appendContract(opened);
    tailContract(opened);
    groupContract(opened);
    sharingContract(opened);
    membershipContract(opened);
  });
}
