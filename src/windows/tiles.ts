import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
import { Grid } from './grid.ts';

/**
 * The stretches of a timeline, or undefined where every window that a pane enters ends one anyway. A pane must not
 * lie in two tiles.
 */
export function tileGrid(windows: Grid, recordEvery: Millis | undefined): Grid | undefined {
  if (recordEvery === undefined || recordEvery === windows.every) return undefined;
  if (recordEvery % windows.pane !== 0)
    throw new LogboomError(
      'RULE_INVALID',
      `Windows of ${windows.over} ms every ${windows.every} ms cannot be recorded every ${recordEvery} ms, which is no multiple of ${windows.pane} ms.`,
    );
  return new Grid(recordEvery, recordEvery);
}
