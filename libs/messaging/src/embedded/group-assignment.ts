/**
 * Who gets which share of a group. Pure: what a member has it keeps, as long as nobody has two more than another.
 * A share is what is handed over as one: a partition, or a number of all topics when co-partitioned.
 */
export interface Share<Member> {
  readonly key: string;
  /** Those who may have it. */
  readonly candidates: readonly Member[];
  /** Who has it now. */
  readonly holder: Member | undefined;
}

export function assignShares<Member>(shares: readonly Share<Member>[]): ReadonlyMap<string, Member> {
  const loads = new Loads<Member>();
  for (const { key, candidates, holder } of shares) {
    if (holder !== undefined && candidates.includes(holder)) loads.give(key, holder);
  }
  for (const { key, candidates } of shares) {
    if (!loads.assigned.has(key) && candidates.length > 0) loads.give(key, loads.least(candidates));
  }
  while (shares.some((share) => loads.moves(share)));
  return loads.assigned;
}

class Loads<Member> {
  readonly assigned = new Map<string, Member>();
  readonly #loads = new Map<Member, number>();

  give(key: string, to: Member): void {
    const before = this.assigned.get(key);
    if (before !== undefined) this.#loads.set(before, this.#of(before) - 1);
    this.assigned.set(key, to);
    this.#loads.set(to, this.#of(to) + 1);
  }

  least(members: readonly Member[]): Member {
    return members.reduce((best, member) => (this.#of(member) < this.#of(best) ? member : best));
  }

  /** Each move makes two loads more equal, so it ends. */
  moves({ key, candidates }: Share<Member>): boolean {
    const holder = this.assigned.get(key);
    if (holder === undefined) return false;
    const other = this.least(candidates);
    if (this.#of(holder) - this.#of(other) < 2) return false;
    this.give(key, other);
    return true;
  }

  #of(member: Member): number {
    return this.#loads.get(member) ?? 0;
  }
}
