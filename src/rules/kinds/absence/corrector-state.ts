import * as z from 'zod';
import type { Millis } from '../../../model.ts';
import { number, objectOf, SnapshotFormat } from '../../../util/snapshot.ts';
import { type LateQueueState, lateQueueState } from '../../correction/late-queue.ts';
import { type SeriesState, seriesState } from '../../correction/series.ts';
import { type GroupTimesState, groupTimesState } from './times.ts';

/** What a checkpoint holds of the corrections of a rule about absence. */
export interface AbsenceCorrectorState {
  queue: LateQueueState;
  series: SeriesState;
  times: GroupTimesState;
  /** Event time before which parts of these are missing. */
  reach: [series: Millis | null, times: Millis | null];
  /** The last stride in which the past was trimmed. */
  trimmed: Millis | null;
}

export const absenceCorrectorFormat = new SnapshotFormat<AbsenceCorrectorState>({
  component: 'The corrections of a rule about absence',
  schema: objectOf<AbsenceCorrectorState>({
    queue: lateQueueState,
    series: seriesState,
    times: groupTimesState,
    reach: z.tuple([number.nullable(), number.nullable()]),
    trimmed: number.nullable(),
  }),
});
