/**
 * Who holds a name and version: of the claims that stand on the log, the one with the lowest offset. A tombstone of its key takes a claim back.
 * Promise: the holder never changes, whatever is compacted. Every claim has a key of its own, so compaction drops one for its tombstone alone; and who
 * withdraws has read the log to its end and takes back only what stands behind another. The holder stands behind none, and as it is neither dropped nor
 * withdrawn, no later reader sees another one first. A produce that was repeated is the exception to "a key of its own": docs/decisions/0016.
 */
export interface Claim {
  readonly key: string;
  readonly partition: number;
}
export interface Versioned {
  readonly name: string;
  readonly version: number;
}

/** In the order of the log. */
type Slot<Entry> = Map<string, { readonly entry: Entry; readonly partition: number }>;

export class Claims<Entry extends Versioned> {
  private readonly names = new Map<string, Map<number, Slot<Entry>>>();
  private readonly latest = new Map<string, Entry>();
  private readonly standing = new Map<string, Slot<Entry>>();
  private readonly contested = new Set<Slot<Entry>>();

  find(name: string, version?: number): Entry | undefined {
    if (version === undefined) return this.latest.get(name);
    const slot = this.names.get(name)?.get(version);
    return slot && holderOf(slot);
  }

  get latestVersions(): ReadonlyMap<string, Entry> {
    return this.latest;
  }

  isHolder(key: string): boolean {
    return this.standing.get(key)?.keys().next().value === key;
  }

  /** What stands behind another claim. */
  get lost(): readonly Claim[] {
    return [...this.contested].flatMap((slot) =>
      [...slot].slice(1).map(([key, { partition }]): Claim => ({ key, partition })),
    );
  }

  add({ key, partition }: Claim, entry: Entry): void {
    if (this.standing.has(key)) return; // a copy of what is known keeps its place
    const versions = this.names.get(entry.name) ?? new Map<number, Slot<Entry>>();
    this.names.set(entry.name, versions);
    const slot: Slot<Entry> = versions.get(entry.version) ?? new Map();
    versions.set(entry.version, slot);
    slot.set(key, { entry, partition });
    this.standing.set(key, slot);
    if (slot.size > 1) this.contested.add(slot);
    const latest = this.latest.get(entry.name);
    if (!latest || latest.version < entry.version) this.latest.set(entry.name, entry);
  }

  withdraw(key: string): void {
    const slot = this.standing.get(key);
    if (!slot) return;
    const { name, version } = slot.get(key)!.entry;
    this.standing.delete(key);
    slot.delete(key);
    if (slot.size <= 1) this.contested.delete(slot);
    const versions = this.names.get(name)!;
    if (slot.size === 0) versions.delete(version);
    if (versions.size > 0) this.latest.set(name, holderOf(versions.get(Math.max(...versions.keys()))!)!);
    else {
      this.latest.delete(name);
      this.names.delete(name);
    }
  }
}

const holderOf = <Entry>(slot: Slot<Entry>): Entry | undefined => slot.values().next().value?.entry;
