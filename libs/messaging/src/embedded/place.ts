/** A record's place in the file: partition id and offset in one number, which is the rowid of the batch that begins there. */

/** 275 thousand million records a partition and 32,767 partitions: their product is the largest exact number of JavaScript. */
const offsets = 2 ** 38;
export const maxPartitionId = 2 ** 15 - 1;

export const placeOf = (partitionId: number, offset: number): number => partitionId * offsets + offset;
/**
 * The remainder of a large number is a number on V8's heap even when it is small; one of those among the offsets of records
 * makes V8 change the layout of every record from then on, which took up to a twentieth of the event loop.
 */
export const offsetOf = (place: number): number => {
  const offset = place % offsets;
  return offset < 2 ** 31 ? offset | 0 : offset;
};
/** The first place that is no longer this partition's. */
export const placesEnd = (partitionId: number): number => (partitionId + 1) * offsets;
