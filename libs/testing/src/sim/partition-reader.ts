/** Reads one partition for one process: batch after batch, late now and then, and again from an older position now and then. */
import type { RecordBatch, TopicPartition } from '@waybill/messaging';
import type { Broker } from './broker.ts';
import type { Life } from './sim-process.ts';

export interface ReaderOptions {
  readonly life: Life;
  readonly broker: Broker;
  readonly place: TopicPartition;
  readonly from: number;
  deliver(batch: RecordBatch): Promise<void> | void;
  onRejected(error: unknown): void;
}

export class PartitionReader {
  private position: number;
  private isBusy = false;
  private isPaused = false;
  private isClosed = false;
  private readonly unlisten: () => void;

  constructor(private readonly options: ReaderOptions) {
    this.position = options.from;
    this.unlisten = options.broker.listen(options.place, () => this.poke());
    this.poke();
  }

  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    if (!isPaused) this.poke();
  }

  close(): void {
    this.isClosed = true;
    this.unlisten();
  }

  private poke(): void {
    const { life, broker, place } = this.options;
    if (life.isDead) this.close();
    if (this.isBusy || this.isPaused || this.isClosed || this.position >= broker.end(place)) return;
    this.isBusy = true;
    const { faults, timeline } = life.world;
    const delayMs = faults.hits('delayed delivery') ? life.random.between(20, 600) : 0;
    timeline.after(delayMs + life.latencyMs(), () => life.enter(() => void this.deliver()));
  }

  private async deliver(): Promise<void> {
    if (this.isClosed) return;
    if (!this.isPaused && (await this.handOut())) return;
    this.isBusy = false;
    this.poke();
  }

  /** Answers whether reading ends here. */
  private async handOut(): Promise<boolean> {
    const { broker, place, life } = this.options;
    const { random, world } = life;
    const isAgain = this.position > 0 && world.faults.hits('redelivery');
    const from = isAgain ? Math.max(0, this.position - random.int(1, 8)) : this.position;
    const records = broker.read(place, from, random.chance(0.3) ? random.int(1, 4) : 100);
    const nextOffset = from + records.length;
    try {
      await this.options.deliver({ ...place, records, nextOffset });
    } catch (error) {
      this.close();
      this.options.onRejected(error);
      return true;
    }
    this.position = nextOffset;
    return false;
  }
}
