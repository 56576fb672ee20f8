import * as z from 'zod';
import type { Millis } from '../../../model.ts';
import { number, objectOf, renamedKey, SnapshotFormat } from '../../../util/snapshot.ts';
import { migrateTerms } from './migration.ts';
import { type PackedTerms, packedTerms } from './terms.ts';

/** Disk format of the tracker of new values. */
export interface TermsState {
  /** Event time up to which values are complete. */
  completed: Millis | null;
  /** Event time before which values may be missing. */
  reach: Millis | null;
  groups: PackedTerms[];
  overflowed?: number | undefined;
  forgotten?: number | undefined;
}

const time = number.nullable();
export const format = new SnapshotFormat({
  component: 'The tracker of new values',
  schema: objectOf<TermsState>({
    completed: time,
    reach: time,
    groups: z.array(packedTerms),
    overflowed: number.optional(),
    forgotten: number.optional(),
  }),
  migrations: [migrateTerms, renamedKey('settled', 'completed')],
});
