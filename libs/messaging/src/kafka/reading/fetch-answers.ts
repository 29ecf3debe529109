/** What a fetch brought, and of which partitions it was refused. */
import { nameOf } from '../../partition-name.ts';
import type { FetchResponse } from '../client/record-requests.ts';
import { refusalOf, type Refusal } from '../client/refusals.ts';
import { fetchedRecords } from './fetched-records.ts';
import type { Fetched } from './held-partitions.ts';
import type { Place } from './places.ts';

/** From which offset on. */
export interface Asked {
  readonly place: Place;
  readonly from: number;
}
export interface Refused {
  readonly place: Place;
  readonly why: Refusal;
}
export interface FetchAnswers {
  readonly came: { readonly of: Asked; readonly fetched: Fetched }[];
  /** What lies there is no longer in the log, or not yet. */
  readonly astray: Refused[];
  /** For other reasons. */
  readonly refused: Refused[];
}

/** `asked`: by the names of the partitions. */
export function answersOf({ responses }: FetchResponse, asked: ReadonlyMap<string, Asked>): FetchAnswers {
  const answers: FetchAnswers = { came: [], astray: [], refused: [] };
  for (const { topicName: topic, partitions } of responses)
    for (const found of partitions) {
      const of = asked.get(nameOf({ topic, partition: found.partition }));
      if (!of) continue;
      const fetched = fetchedRecords(topic, of.from, found);
      if (found.errorCode !== 0) refuse(answers, of.place, refusalOf(found.errorCode, nameOf(of.place)));
      else of.place.refusals = 0;
      if (fetched) answers.came.push({ of, fetched });
    }
  return answers;
}

function refuse({ astray, refused }: FetchAnswers, place: Place, why: Refusal): void {
  const to = why.type === 'OFFSET_OUT_OF_RANGE' ? astray : refused;
  to.push({ place, why });
}
