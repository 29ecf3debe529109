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
  const load = new Map<Member, number>();
  const assigned = new Map<string, Member>();
  const give = (key: string, to: Member): void => {
    assigned.set(key, to);
    load.set(to, (load.get(to) ?? 0) + 1);
  };
  for (const { key, candidates, holder } of shares) {
    if (holder !== undefined && candidates.includes(holder)) give(key, holder);
  }
  const least = (members: readonly Member[]): Member =>
    members.reduce((best, member) => ((load.get(member) ?? 0) < (load.get(best) ?? 0) ? member : best));
  for (const { key, candidates } of shares) {
    if (!assigned.has(key) && candidates.length > 0) give(key, least(candidates));
  }
  for (let moved = true; moved; ) {
    moved = false;
    for (const { key, candidates } of shares) {
      const holder = assigned.get(key);
      if (holder === undefined) continue;
      const other = least(candidates);
      if (load.get(holder)! - (load.get(other) ?? 0) < 2) continue;
      load.set(holder, load.get(holder)! - 1);
      give(key, other);
      moved = true;
    }
  }
  return assigned;
}
