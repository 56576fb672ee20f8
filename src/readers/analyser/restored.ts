import type { Engine } from '../../engine/engine.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { JournalReader } from '../../journal/reader.ts';
import type { Position } from '../../model.ts';
import type { Results } from '../results.ts';

interface Restorable {
  journal: Pick<JournalReader, 'newest'>;
  results: Results;
  engine: Engine;
}

/** Restores the engine from the checkpoint, and returns its position. */
export function restored({ journal, results, engine }: Restorable): Position {
  try {
    const checkpoint = results.checkpoint();
    refuseAhead(Math.max(checkpoint?.position ?? 0, results.lastPosition), journal.newest, results.folder);
    if (!checkpoint) return 0;
    engine.restore(checkpoint.state);
    return checkpoint.position;
  } catch (error) {
    if (error instanceof LogboomError) throw error;
    throw new LogboomError(
      'DATA_DAMAGED',
      `The analyser’s checkpoint in ${results.folder} cannot be used: ${messageOf(error)}. Restore the folder from a ` +
        'backup. Or move it away and start again: windows and alerts begin anew.',
      { cause: error },
    );
  }
}

/**
 * A journal that was restored from a backup assigns positions again that the analyser has seen. The analyser would ignore the records
 * up to there.
 */
function refuseAhead(seen: Position, newest: Position, folder: string): void {
  if (seen <= newest) return;
  throw new LogboomError(
    'DATA_DAMAGED',
    `What the analyser wrote down in ${folder} (record ${seen}) is ahead of the journal, which ends at ${newest}: the ` +
      `journal is an older copy. Put both back from one backup, or move ${folder} away and start again: windows and ` +
      'alerts begin anew.',
  );
}
