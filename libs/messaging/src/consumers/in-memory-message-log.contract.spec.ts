import { InMemoryMessageLog } from '@waybill/testing';
import { systemClock } from '../clock.ts';
import { messageLogContract } from '../contract/message-log.contract.ts';

messageLogContract('InMemoryMessageLog', () => {
  const log = new InMemoryMessageLog({ clock: systemClock });
  return Promise.resolve({
    log,
    reopen: () => log.reopen(),
    truncateBefore: (position) => Promise.resolve(log.truncateBefore(position)),
    close: () => log.close(),
  });
});
