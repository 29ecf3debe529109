/** Appends and commits for ever, and prints what was acknowledged, until it is killed. */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import '../../../messaging/src/embedded/source-packages.mjs';

const { lockDataFolder } = await import('../../../messaging/src/embedded/data-folder-lock.ts');
const { SqliteJournal } = await import('../../../messaging/src/embedded/sqlite-journal.ts');
const { SqliteMessageLog } = await import('../../../messaging/src/embedded/sqlite-message-log.ts');
const { SqlitePlanStore } = await import('./sqlite-plan-store.ts');

const folder = process.argv[2] ?? '';
lockDataFolder(folder);
const journal = new SqliteJournal({ file: join(folder, 'waybill.db') });
const log = new SqliteMessageLog({ journal });
const store = new SqlitePlanStore({ journal, log });

/** @param {unknown} what */
const acknowledge = (what) => writeSync(1, `${JSON.stringify(what)}\n`);

/** @param {number} writer */
async function append(writer) {
  for (let round = 0; ; round++) {
    const values = Array.from({ length: 1 + (round % 30) }, (_, at) => `${process.pid}.${writer}.${round}.${at}`);
    const messages = values.map((value) => ({
      topic: 'tasks.killed',
      key: value,
      headers: { tenant: 'default' },
      value: value.padEnd(300),
    }));
    const positions = await log.append(messages);
    acknowledge({ appended: positions.map(({ partition, offset }, at) => [partition, offset, values[at]]) });
  }
}

async function commit() {
  const taken = await store.take(0);
  let { fence } = taken;
  for (let { requests } = taken.offsets; ; requests++) {
    const plans = ['plan-a', `plan-${requests}`];
    const events = plans.map((planId, at) => {
      const seq = at === 0 ? requests + 1 : 1;
      const message = { topic: 'plan.events', key: planId, partition: 0, headers: {}, value: `${planId} ${seq}` };
      return { planId, seq, message };
    });
    const commitId = `${process.pid}-${requests}`;
    const wakeUps = [{ planId: 'plan-a', at: requests }];
    fence = await store.commit({
      fence,
      commitId,
      offsets: { requests: requests + 1, results: 0 },
      events,
      wakeUps,
      messages: [],
      snapshots: [],
    });
    acknowledge({ committed: requests + 1 });
  }
}

void commit();
for (let writer = 0; writer < 3; writer++) void append(writer);
