import * as z from 'zod';
import type { Millis } from '../model.ts';
import { number, objectOf, SnapshotFormat } from '../util/snapshot.ts';
import { type Entry, migrateEntry, packedEntry } from './entry.ts';
import { type Withheld, withheldEpisode } from './notifications.ts';

/** What a checkpoint holds of the episodes of a rule. */
export interface EpisodesState {
  open: Entry[];
  ended: Entry[];
  /** Missing where no cooldown holds any back. */
  withheld?: [group: string, Withheld][] | undefined;
  forgotten?: Millis | undefined;
  /** Ended ones that were forgotten, and whose documents do not report all their late events yet. Missing where there are none. */
  unreported?: Entry[] | undefined;
}

export const episodesFormat = new SnapshotFormat({
  component: 'The book of episodes',
  schema: objectOf<EpisodesState>({
    open: z.array(packedEntry),
    ended: z.array(packedEntry),
    withheld: z.array(z.tuple([z.string(), withheldEpisode])).optional(),
    forgotten: number.optional(),
    unreported: z.array(packedEntry).optional(),
  }),
  migrations: [
    (state) => {
      const { open, ended, ...rest } = state as Record<'open' | 'ended', unknown[]>;
      return { ...rest, open: open.map(migrateEntry), ended: ended.map(migrateEntry) };
    },
  ],
});
