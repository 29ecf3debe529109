import type { AgentEntry } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog, ManualClock } from '@waybill/testing';
import { expect, it } from 'vitest';
import { RegistryCopy } from './registry-copy.ts';

const nobody = { waitFor: () => Promise.resolve() };
const registryOf = (...entries: AgentEntry[]): RegistryCopy => {
  const registry = new RegistryCopy(new InMemoryMessageLog({ clock: systemClock }), nobody, systemClock);
  entries.forEach((entry, at) => registry.add({ key: String(at), partition: 0 }, entry));
  return registry;
};
const agent = (version: number, hash: string): AgentEntry => ({
  kind: 'agent',
  name: 'writer',
  version,
  hash,
  description: '',
  queue: 'agent.writer',
  max_tokens: 0,
  input_schema: {},
  output_schema: {},
});

it('knows the latest version of an agent, and of two with one version the first', () => {
  expect(registryOf(agent(1, 'a'), agent(1, 'b')).findAgent('writer')?.hash).toBe('a');
  expect(registryOf(agent(1, 'a'), agent(2, 'b'), agent(1, 'c')).agents()).toMatchObject([{ version: 2, hash: 'b' }]);
});

it('waits no longer than it may for a log that does not say where it ends', async () => {
  const log = new InMemoryMessageLog({ clock: systemClock });
  log.endOffsets = () => new Promise(() => {});
  const clock = new ManualClock();
  const outcome = new RegistryCopy(log, nobody, clock).catchUp(2_000).catch((error: unknown) => error);
  clock.advance(2_000);
  expect(await outcome).toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 });
});
