/** A client that follows one task over one connection after another, at whatever gateway, until it has the end. */
import { PlatformError } from '@waybill/contracts';
import type { StreamStart } from '../../use-cases/task-stream.ts';
import { Connection, type Client } from './connection.ts';
import type { SimulatedGateway } from './simulated-gateway.ts';

type FollowerParts = Client['parts'] & {
  readonly name: string;
  pickGateway(): SimulatedGateway | undefined;
};

export class Follower implements Client {
  /** The last event that it has. */
  after = 0;
  isDone = false;
  private tokenOffset: number | undefined;
  readonly attempts = new Map<string, number>();
  connection: Connection | undefined;

  constructor(readonly parts: FollowerParts) {}

  connect(): void {
    const gateway = this.parts.pickGateway();
    if (gateway) void this.open(gateway);
    else this.later();
  }

  /** Its own wish, or because the gateway is gone. */
  disconnect(): void {
    if (!this.connection) return;
    const { connection } = this;
    connection.isOver = true;
    connection.stream?.close();
    this.lost(connection);
  }

  private async open(gateway: SimulatedGateway): Promise<void> {
    const { parts, after } = this;
    const { random } = parts.around;
    const forgetsPlace = random.chance(0.2);
    const place = this.tokenOffset === undefined || forgetsPlace ? {} : { tokenOffset: this.tokenOffset };
    const start: StreamStart = { after, tokens: parts.wantsTokens, ...place };
    const connection = new Connection(this, gateway, start);
    this.connection = connection;
    if (!('tokenOffset' in place)) this.tokenOffset = undefined;
    try {
      const stream = await gateway.follow.open(parts.task.taskId, start, connection);
      if (connection !== this.connection) return stream === 'over' ? undefined : stream.close();
      if (stream === 'over') return this.over(gateway);
      connection.stream = stream;
    } catch (error) {
      if (connection !== this.connection) return;
      this.connection = undefined;
      this.refused(gateway, error);
    }
  }

  lost(connection: Connection): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.later();
  }

  ended(connection: Connection): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.over(connection.gateway);
  }

  moveTo(after: number, tokenOffset: number | undefined): void {
    this.after = after;
    if (tokenOffset !== undefined) this.tokenOffset = tokenOffset;
  }

  say(what: string): void {
    this.parts.judge.report(`${this.parts.name} of ${this.parts.task.taskId}: ${what}`);
  }

  private over(gateway: SimulatedGateway): void {
    const { task } = this.parts;
    this.isDone = true;
    if (!task.isOver || this.after !== task.last)
      this.say(`${gateway.name} says that it is over after ${this.after} of ${task.last}`);
  }

  private refused(gateway: SimulatedGateway, error: unknown): void {
    const code = error instanceof PlatformError ? error.code : String(error);
    this.parts.judge.count(`refused: ${code}`);
    if (code !== 'unavailable' && !(code === 'task_not_found' && !this.parts.task.isOnLog))
      this.say(`${gateway.name} refuses ${this.after}.${this.tokenOffset}: ${code}`);
    this.later();
  }

  private later(): void {
    const { around } = this.parts;
    around.timeline.after(around.random.between(0, 3_000), () => this.connect());
  }
}
