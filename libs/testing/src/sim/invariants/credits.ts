/** The credits of one partition, counted from its events: since when some were free. */
export class Credits {
  /** By the timeline; Infinity while none is free. */
  freeSince = -Infinity;
  private used = 0;

  constructor(private readonly all: number) {}

  change(by: number, now: number): void {
    this.used += by;
    if (this.used >= this.all) this.freeSince = Infinity;
    else if (this.freeSince === Infinity) this.freeSince = now;
  }
}
