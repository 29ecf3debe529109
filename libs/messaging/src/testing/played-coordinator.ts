/** The coordinator of one group, played: it has one member, and answers as a spec wants it to. */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { AssignerProtocol } from '../kafka/client/client.ts';
import type { FetchedOffsets, Joined, Joining, MemberAssignment, OffsetCommit } from '../kafka/client/group-cluster.ts';
import { refusalOf } from '../kafka/client/refusals.ts';

const require = createRequire(import.meta.url);
const { errorCodes } = require('kafkajs/src/protocol/error.js') as {
  readonly errorCodes: readonly { readonly type: string; readonly code: number }[];
};

export const playedTopic = 'tasks.a';
/** As brokers number it. */
const memberIdRequired = 79;

export class PlayedCoordinator {
  /** By partition. */
  readonly committed = new Map<number, string>();
  joins = 0;
  /** Time by time, as whom a member asked to join; empty: as a new one. */
  readonly joinedAs: string[] = [];
  leaves = 0;
  /** Time by time, as whom a member left. */
  readonly leftAs: string[] = [];
  heartbeats = 0;
  /** How often a broker was asked which one it is. */
  searches = 0;
  syncs = 0;
  /** The errors, by their type, with which it answers next. */
  readonly refused: Record<'heartbeat' | 'joinGroup' | 'leaveGroup' | 'syncGroup', string[]> = {
    heartbeat: [],
    joinGroup: [],
    leaveGroup: [],
    syncGroup: [],
  };
  /** A new member is given a name, with which it has to come again (KIP-394). */
  isNaming = false;
  /** Its member deals out; otherwise another one does. */
  isLed = true;
  /** What its member gets; otherwise all, as the member says itself. */
  dealt: readonly number[] | undefined;
  /** Its host is gone: nobody can connect until the group is joined again, as somewhere else. */
  isGone = false;
  /** What a member that joins waits for: the others. */
  beforeJoining = async (): Promise<void> => {};
  /** A question about positions, to whomever. */
  beforeAnswering = async (): Promise<void> => {};
  /** What a member that has joined waits for: the leader. */
  beforeSyncing = async (): Promise<void> => {};
  beforeFinding = async (): Promise<void> => {};
  beforeCommitting = async (): Promise<void> => {};
  beforeLeaving = async (): Promise<void> => {};
  /** How often the connection to it was broken off. */
  cuts = 0;
  /** Of that connection. */
  readonly socket = { bytesRead: 0, destroy: (why: Error): void => this.cut(why) };
  private frozen: PromiseWithResolvers<void> | undefined;

  /** It answers no heartbeat until it is joined again, as somewhere else. */
  freezeCoordinator(): void {
    this.frozen = Promise.withResolvers<void>();
    this.frozen.promise.catch(() => {});
  }

  thawCoordinator(): void {
    this.frozen?.resolve();
    this.frozen = undefined;
  }

  /** The group has another one; what the one before is asked it answers only when its connection is broken off. */
  moveCoordinator(): { owed: number } {
    const before = { owed: 0 };
    const silence = Promise.withResolvers<never>();
    const end = (why: Error): void => silence.reject(connectionError(why));
    const connectionPool = { pool: [connectionOver({ bytesRead: 0, destroy: end }, end)] };
    const owing = async (): Promise<void> => {
      before.owed += 1;
      await silence.promise.finally(() => (before.owed -= 1));
    };
    const next = { ...this.coordinator };
    Object.assign(this.coordinator, { connectionPool, heartbeat: owing });
    this.coordinators.push(next);
    this.coordinator = next;
    return before;
  }

  protected coordinator = {
    isConnected: () => true,
    connectionPool: { pool: [connectionOver(this.socket, (why) => this.frozen?.reject(connectionError(why)))] },
    findGroupCoordinator: async () => {
      this.searches += 1;
      await this.beforeFinding();
      return { coordinator: { nodeId: 1 } };
    },
    joinGroup: async ({ memberId, groupProtocols }: Joining): Promise<Joined> => {
      this.joinedAs.push(memberId);
      await this.beforeJoining();
      if (this.isNaming && memberId === '') throw Object.assign(refusalOf(memberIdRequired), { memberId: 'm' });
      this.refuse('joinGroup');
      this.thawCoordinator();
      this.isGone = false;
      this.joins += 1;
      const members = [{ memberId: 'm', memberMetadata: groupProtocols[0]!.metadata }];
      return { generationId: this.joins, leaderId: this.isLed ? 'm' : 'another', memberId: 'm', members };
    },
    syncGroup: async ({ groupAssignment }: { groupAssignment: readonly MemberAssignment[] }) => {
      this.syncs += 1;
      await this.beforeSyncing();
      this.refuse('syncGroup');
      return this.dealt ? { memberAssignment: assignmentOf(this.dealt) } : groupAssignment[0]!;
    },
    heartbeat: async () => {
      this.heartbeats += 1;
      await this.frozen?.promise;
      if (this.isGone) throw Object.assign(new Error('no'), { name: 'KafkaJSConnectionError', retriable: true });
      this.refuse('heartbeat');
    },
    leaveGroup: async ({ memberId }: { memberId: string }) => {
      this.leftAs.push(memberId);
      await this.beforeLeaving();
      this.refuse('leaveGroup');
      this.leaves += 1;
    },
    offsetFetch: async () => {
      await this.beforeAnswering();
      return { responses: this.stored() };
    },
    offsetCommit: async ({ topics }: OffsetCommit) => {
      await this.beforeCommitting();
      for (const { partitions } of topics)
        for (const { partition, offset } of partitions) this.committed.set(partition, String(offset));
    },
  };

  /** All that the group ever had. */
  protected readonly coordinators = [this.coordinator];

  private cut(why: Error): void {
    this.cuts += 1;
    this.frozen?.reject(connectionError(why));
  }

  private refuse(request: keyof PlayedCoordinator['refused']): void {
    const type = this.refused[request].shift();
    if (type !== undefined) throw refusalOf(errorCodes.find((one) => one.type === type)!.code);
  }

  private stored(): FetchedOffsets['responses'] {
    const offsetOf = (partition: number): string => this.committed.get(partition) ?? '-1';
    const partitions = [0, 1].map((partition) => ({ partition, offset: offsetOf(partition), metadata: '' }));
    return [{ topic: playedTopic, partitions }];
  }
}

/** `reject`: what is under way over it. */
const connectionOver = (socket: { bytesRead: number; destroy(why: Error): void }, reject: (why: Error) => void) => ({
  socket: socket as unknown as Socket,
  rejectRequests: reject,
  disconnect: async () => {},
});

const connectionError = (why: Error): Error => Object.assign(why, { name: 'KafkaJSConnectionError', retriable: true });

const assignmentOf = (partitions: readonly number[]): Buffer =>
  AssignerProtocol.MemberAssignment.encode({
    version: 1,
    assignment: { [playedTopic]: [...partitions] },
    userData: Buffer.alloc(0),
  });
