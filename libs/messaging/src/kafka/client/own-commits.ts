/**
 * A commit that the client repeats goes out as whatever it is by then: where the group was joined anew meanwhile, it moves positions of partitions that another member has, back to where this one was,
 * and what that one did is done again by who gets them next. And what is to be committed while it ends, as after a breakdown, it leaves out without a word.
 * Promise: only positions of what is held are sent; a commit of which something was not sent rejects.
 */
import kafkajs from 'kafkajs';
import { clientClass } from './client-class.ts';

const { KafkaJSNonRetriableError } = kafkajs;

interface Offsets {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

/** The client's classes, as far as they are changed. */
export interface ConsumerGroup {
  /** Another one each time the group was joined. */
  readonly offsetManager: { readonly memberAssignment: Readonly<Record<string, readonly number[]>> };
  commitOffsets: (this: ConsumerGroup, offsets: Offsets) => Promise<void>;
}
export interface Runner {
  commitOffsets: (this: Runner, offsets: Offsets) => Promise<void>;
}

/** In the process's one copy of the client, from now on. */
export function commitWhatIsHeld(
  { prototype: groups } = clientClass<ConsumerGroup>('consumer/consumerGroup.js'),
  { prototype: runners } = clientClass<Runner>('consumer/runner.js'),
): void {
  const { commitOffsets: commit } = groups;
  const taken = new WeakSet<Offsets>();
  groups.commitOffsets = async function (offsets): Promise<void> {
    const { topics } = offsets;
    const { memberAssignment } = this.offsetManager;
    const held = topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.filter(({ partition }) => memberAssignment[topic]?.includes(partition)),
    }));
    await commit.call(this, { topics: held.filter(({ partitions }) => partitions.length > 0) });
    const lost = topics.find(({ partitions }, at) => partitions.length > held[at]!.partitions.length);
    if (lost) throw new KafkaJSNonRetriableError(`a partition of ${lost.topic} is not held any more`);
    taken.add(offsets);
  };
  const { commitOffsets: repeat } = runners;
  runners.commitOffsets = async function (offsets): Promise<void> {
    await repeat.call(this, offsets);
    if (!taken.has(offsets)) throw new KafkaJSNonRetriableError('the member has ended');
  };
}
