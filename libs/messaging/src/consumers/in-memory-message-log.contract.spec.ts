import { InMemoryMessageLog } from '@waybill/testing';
import { systemClock } from '../clock.ts';
import { messageLogContract } from '../contract/message-log.contract.ts';
import { partitionCount } from '../topic-partitions.ts';

messageLogContract('InMemoryMessageLog', () => {
  const log = new InMemoryMessageLog({ clock: systemClock, partitions: (topic) => partitionCount(topic, 4) });
  return Promise.resolve({
    log,
    reopen: () => log.reopen(),
    truncateBefore: (position) => Promise.resolve(log.truncateBefore(position)),
    close: () => log.close(),
  });
});
