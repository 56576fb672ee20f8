import * as z from 'zod';
import type { Millis } from '../../../model.ts';
import {
  nested,
  number,
  objectOf,
  renamedKey,
  type Snapshot,
  SnapshotFormat,
} from '../../../util/snapshot.ts';
import { type Spans, spanCells } from '../../occurrences/spans.ts';
import { inOrder } from './history.ts';
import type { Seen } from './values.ts';

/** Disk format of the tracker of changes. */
export interface ChangesState {
  /** Event time up to which values are complete. */
  completed: Millis | null;
  keys: [name: string, last: Seen | null, pending: Seen[], unused?: number | undefined][];
  history?: Snapshot<unknown> | undefined;
  overflowed?: number | undefined;
}

const seen = z.tuple([number, z.string()]);
export const format = new SnapshotFormat({
  component: 'The tracker of changes',
  schema: objectOf<ChangesState>({
    completed: number.nullable(),
    keys: z.array(z.tuple([z.string(), seen.nullable(), z.array(seen), number.optional()])),
    history: nested<unknown>().optional(),
    overflowed: number.optional(),
  }),
  migrations: [renamedKey('settled', 'completed')],
});

/** The values that wait, as the points in time at which each was seen first and last. */
export function pointsOf(pending: ReadonlyMap<number, Spans>): Seen[] {
  return inOrder(pending).flatMap(([, spans]) =>
    spanCells.pack(spans).flatMap(([value, first, last]): Seen[] => {
      return first === last
        ? [[first, value]]
        : [
            [first, value],
            [last, value],
          ];
    }),
  );
}
