import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from 'lmdb';
import type { Position } from '../model.ts';
import { openLmdb } from '../util/lmdb.ts';

/** An analysis, and the position of the last record that was read before it applied. */
interface Applied {
  after: Position;
  analysis: unknown;
}

/**
 * The analyses on disk by which a server read its journal, oldest first; it may run meanwhile. The last one is in force. Empty where
 * there is none.
 */
export async function analysesIn(folder: string): Promise<Applied[]> {
  if (!existsSync(`${folder}/results.mdb`)) return [];
  const root = openLmdb(folder, 'results.mdb', { maxDbs: 4, readOnly: true });
  try {
    const present = root.openDB<unknown, string>({ name: 'meta', encoding: 'msgpack' }).get('analysis');
    // Results of an earlier version of logboom have no such table.
    const applied: Database<unknown, Position> | undefined = root.openDB({
      name: 'applied',
      encoding: 'msgpack',
    });
    const kept = [...(applied?.getRange() ?? [])].map(({ key, value }) => ({ after: key, analysis: value }));
    // An earlier version of logboom, run on this folder since, does not write this table.
    const isKept = isDeepStrictEqual(kept.at(-1)?.analysis, present);
    return isKept || present === undefined ? kept : [{ after: 0, analysis: present }];
  } finally {
    await root.close();
  }
}
