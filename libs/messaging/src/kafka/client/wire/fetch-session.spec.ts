import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import type { InSession } from './fetch-encoding.ts';
import { FetchSession } from './fetch-session.ts';

const at = (partition: number, fetchOffset: number, maxBytes = 9) => ({
  partition,
  fetchOffset: String(fetchOffset),
  maxBytes,
});
const a = (...partitions: ReturnType<typeof at>[]) => ({ topic: 'a', partitions });
const b = (...partitions: ReturnType<typeof at>[]) => ({ topic: 'b', partitions });

let session: FetchSession;
beforeEach(() => void (session = new FetchSession()));

/** Asked, and answered as a broker does that keeps session 7. */
function exchanged(...topics: ReturnType<typeof a>[]): InSession {
  const said = session.ask(topics);
  session.answered(7, said.topics.flatMap(({ partitions }) => partitions).length);
  return said;
}

it('says everything at first, and then what changed', () => {
  expect(exchanged(a(at(0, 5), at(1, 5)), b(at(0, 1)))).toEqual({
    session: { id: 0, epoch: 0 },
    topics: [a(at(0, 5), at(1, 5)), b(at(0, 1))],
    forgotten: [],
  });
  expect(exchanged(a(at(0, 5), at(1, 6)), b(at(0, 1)))).toEqual({
    session: { id: 7, epoch: 1 },
    topics: [a(at(1, 6))],
    forgotten: [],
  });
  expect(exchanged(a(at(0, 5), at(1, 6)), b(at(0, 1)))).toEqual({
    session: { id: 7, epoch: 2 },
    topics: [],
    forgotten: [],
  });
  expect(exchanged(a(at(0, 5, 10), at(1, 6)), b(at(0, 1))).topics).toEqual([a(at(0, 5, 10))]);
});

it('says what is no longer fetched, once, and says it again when it is', () => {
  exchanged(a(at(0, 5), at(1, 5)), b(at(0, 1)));
  expect(exchanged(a(at(0, 5)))).toMatchObject({
    topics: [],
    forgotten: [
      { topic: 'a', partitions: [1] },
      { topic: 'b', partitions: [0] },
    ],
  });
  expect(exchanged(a(at(0, 5)))).toMatchObject({ topics: [], forgotten: [] });
  expect(exchanged(a(at(0, 5), at(1, 5)))).toMatchObject({ topics: [a(at(1, 5))], forgotten: [] });
});

it('says everything again after an answer that was lost, and ends the session of before', () => {
  exchanged(a(at(0, 5)));
  session.ask([a(at(0, 6))]);
  session.lost();
  expect(exchanged(a(at(0, 6)))).toEqual({ session: { id: 7, epoch: 0 }, topics: [a(at(0, 6))], forgotten: [] });
});

it.each([
  { what: 'keeps none', id: 0, partitions: 1 },
  { what: 'left one out', id: 7, partitions: 0 },
])('says everything each time to a broker that $what', ({ id, partitions }) => {
  for (let times = 0; times < 2; times += 1) {
    expect(session.ask([a(at(0, 5))])).toMatchObject({ session: { epoch: 0 }, topics: [a(at(0, 5))] });
    session.answered(id, partitions);
  }
});

it('begins anew when the answer is of another session', () => {
  exchanged(a(at(0, 5)));
  session.ask([a(at(0, 6))]);
  session.answered(8, 1);
  expect(session.ask([a(at(0, 6))])).toMatchObject({ session: { id: 7, epoch: 0 }, topics: [a(at(0, 6))] });
});

it('keeps a request outside that is made while another one is under way', () => {
  const first = session.ask([a(at(0, 5))]);
  expect(session.ask([b(at(0, 5))])).toEqual({ session: { id: 0, epoch: -1 }, topics: [b(at(0, 5))], forgotten: [] });
  session.answered(7, first.topics.length);
  expect(exchanged(a(at(0, 6))).session).toEqual({ id: 7, epoch: 1 });
});

it('lets a broker know at all times what is fetched, whatever became of answers', () => {
  const wanted = fc.dictionary(fc.constantFrom('a', 'b'), fc.dictionary(fc.constantFrom('0', '1', '2'), fc.nat(3)));
  const fate = fc.constantFrom('answered', 'answered', 'answered', 'lost', 'unheard', 'none kept');
  fc.assert(
    fc.property(fc.array(fc.tuple(wanted, fate), { maxLength: 30 }), (requests) => {
      const ours = new FetchSession();
      const broker = new BrokerSessions();
      for (const [topics, fateOfIt] of requests) {
        const asked = Object.entries(topics).map(([topic, of]) => ({
          topic,
          partitions: Object.entries(of).map(([partition, offset]) => at(Number(partition), offset)),
        }));
        const said = ours.ask(asked);
        const answer = fateOfIt === 'unheard' ? undefined : broker.take(said);
        expect(answer?.fetched ?? flat(asked)).toEqual(flat(asked));
        expect(broker.surprises).toEqual([]);
        if (answer && fateOfIt === 'answered') ours.answered(answer.id, answer.fetched.length);
        else if (answer && fateOfIt === 'none kept') ours.answered(0, answer.fetched.length);
        else ours.lost();
      }
    }),
  );
});

const flat = (topics: InSession['topics']): string[] =>
  topics
    .flatMap(({ topic, partitions }) => partitions.map((one) => `${topic}/${one.partition}@${one.fetchOffset}`))
    .toSorted();

/** What a broker makes of requests, as `FetchSession.scala` does. */
class BrokerSessions {
  readonly surprises: string[] = [];
  private readonly fetched = new Map<string, number>();
  private id = 0;
  private epoch = 0;

  take({ session: { id, epoch }, topics, forgotten }: InSession): { id: number; fetched: string[] } {
    if (epoch === 0) {
      this.fetched.clear();
      this.id += 1;
    } else if (id !== this.id || epoch !== this.epoch) this.surprises.push(`session ${id} at ${epoch}`);
    this.epoch = epoch + 1;
    for (const { topic, partitions } of topics)
      for (const { partition, fetchOffset } of partitions)
        this.fetched.set(`${topic}/${partition}`, Number(fetchOffset));
    for (const { topic, partitions } of forgotten)
      for (const partition of partitions)
        if (!this.fetched.delete(`${topic}/${partition}`)) this.surprises.push(`${topic}/${partition} is not there`);
    return { id: this.id, fetched: [...this.fetched].map(([name, offset]) => `${name}@${offset}`).toSorted() };
  }
}
