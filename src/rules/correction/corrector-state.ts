import * as z from 'zod';
import type { Millis } from '../../model.ts';
import { number, objectOf, SnapshotFormat } from '../../util/snapshot.ts';
import { type CorrectedWindowsState, correctedWindowsState } from './corrected-windows.ts';
import { type LateQueueState, lateQueueShape } from './late-queue.ts';
import { migrateSeries, type SeriesState, seriesState } from './series.ts';

/** What a checkpoint holds of corrections. */
export interface CorrectorState extends LateQueueState {
  series: SeriesState;
  windows: CorrectedWindowsState;
  /** Event time before which series and revisions of windows are missing. */
  reach?: [series: Millis | null, windows: Millis | null] | undefined;
}

export const correctorFormat = new SnapshotFormat<CorrectorState>({
  component: 'The corrections of a rule',
  schema: objectOf<CorrectorState>({
    series: seriesState,
    ...lateQueueShape,
    windows: correctedWindowsState,
    reach: z.tuple([number.nullable(), number.nullable()]).optional(),
  }),
  migrations: [
    (state) => ({ ...(state as CorrectorState), series: migrateSeries((state as CorrectorState).series) }),
  ],
});
