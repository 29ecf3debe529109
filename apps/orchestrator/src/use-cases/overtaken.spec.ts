/** `readySteps` promises that a step that waits for tokens is not overtaken. */
import { expect, it } from 'vitest';
import { OwnerBench } from '../testing/owner-bench.ts';

it('small steps do not take the tokens for which a large one before them waits', async () => {
  const bench = new OwnerBench();
  const owner = bench.owner();
  await owner.take(0);
  const small = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`z${at}`, {}]));
  const submit = bench.submit('t', { a: {}, big: {}, ...small });
  const body = JSON.parse(submit.value as string) as {
    definition: { steps: { step_id: string; agent: string }[] };
    [key: string]: unknown;
  };
  const order = ['a', 'big', ...Object.keys(small)];
  body.definition.steps.sort((one, other) => order.indexOf(one.step_id) - order.indexOf(other.step_id));
  for (const step of body.definition.steps) step.agent = step.step_id === 'big' ? 'large' : 'small';
  body['agents'] = {
    small: { queue: 'agent.small', max_tokens: 10 },
    large: { queue: 'agent.large', max_tokens: 95 },
  };
  body['budget'] = { tokens: 100 };
  await owner.execute({ partition: 0, records: [{ ...submit, value: JSON.stringify(body) }] });
  const handedOut = bench.eventsOf('t').flatMap((e) => (e.type === 'StepDispatched' ? [e.data.step_id] : []));
  expect(handedOut).toEqual(['a']);
});
