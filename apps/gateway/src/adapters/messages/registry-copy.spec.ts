import type { AgentEntry } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { expect, it } from 'vitest';
import { RegistryCopy } from './registry-copy.ts';

const nobody = { waitFor: () => Promise.resolve() };
const registryOf = (...entries: AgentEntry[]): RegistryCopy => {
  const registry = new RegistryCopy(new InMemoryMessageLog({ clock: systemClock }), nobody);
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
