import { agentEntry, echo } from '@waybill/agents';
import { registryKey, type OutgoingMessage } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { AnnounceAgents } from './announce-agents.ts';

const entry = agentEntry(echo);
const another = { ...entry, hash: 'another' };
const span = { traceparent: 't', recordError: () => undefined, end: () => undefined };

/** What is announced of an entry where these keys are known, and whether it is said to be in conflict. */
async function announce(offered: typeof entry, ...known: string[]): Promise<{ keys: string[]; conflicts: number }> {
  const written: OutgoingMessage[] = [];
  let conflicts = 0;
  const announcing = new AnnounceAgents({
    log: { append: (messages) => Promise.resolve((written.push(...messages), [])) },
    clock: { now: () => 0 },
    spans: { startSpan: () => span },
    knownKeys: () => Promise.resolve(new Set(known)),
    newClaim: () => 'claim',
    onConflict: () => void (conflicts += 1),
  });
  await announcing.execute([offered]);
  return { keys: written.map(({ key }) => key), conflicts };
}

it('claims what nobody holds, with a key that no other record has', async () => {
  expect(await announce(entry)).toEqual({ keys: [`${registryKey(entry)}/claim`], conflicts: 0 });
  expect(await announce(entry, registryKey({ ...entry, version: 11 }))).toMatchObject({
    conflicts: 0,
    keys: [expect.any(String)],
  });
});

it('writes nothing of what it holds, also from before claims had ids of their own', async () => {
  for (const key of [registryKey(entry), registryKey(entry, 'x')])
    expect(await announce(entry, key, registryKey(another, 'y'))).toEqual({ keys: [], conflicts: 0 });
});

it('writes nothing of what another content holds, and says so each time', async () => {
  for (const later of [[], [registryKey(entry, 'y')]])
    expect(await announce(entry, registryKey(another, 'x'), ...later)).toEqual({ keys: [], conflicts: 1 });
});
