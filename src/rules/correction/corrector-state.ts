import { z } from 'zod';
import type { Millis } from '../../model.ts';
import { number, objectOf, SnapshotFormat } from '../../util/snapshot.ts';
import { type CorrectedWindowsState, correctedWindowsState } from './corrected-windows.ts';
import { type PackedLateGroup, packedLateGroup } from './late-group.ts';
import { type LateNoticesState, lateNoticesState } from './notices.ts';
import { type SeriesState, seriesState } from './series.ts';

/** What a checkpoint holds of corrections. */
export interface CorrectorState {
  series: SeriesState;
  late: PackedLateGroup[];
  windows: CorrectedWindowsState;
  notices: LateNoticesState;
  /** Event time of the last step, and before which groups are not judged again. */
  times: [step: Millis | null, notBefore: Millis | null];
  /** Event time before which series and revisions of windows are missing. */
  reach?: [series: Millis | null, windows: Millis | null] | undefined;
  since: Millis | null;
  corrected: number;
}

export const correctorFormat = new SnapshotFormat<CorrectorState>({
  component: 'The corrections of a rule',
  schema: objectOf<CorrectorState>({
    series: seriesState,
    late: z.array(packedLateGroup),
    windows: correctedWindowsState,
    notices: lateNoticesState,
    times: z.tuple([number.nullable(), number.nullable()]),
    reach: z.tuple([number.nullable(), number.nullable()]).optional(),
    since: number.nullable(),
    corrected: number,
  }),
});
