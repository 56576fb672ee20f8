import type { EventIdentity } from './memory.ts';

/** Selects the events of a window that are remembered or forgotten. */
export type Which = (event: EventIdentity) => boolean;

export const every: Which = () => true;
/** Events with a timestamp: equal ones are most likely one and the same. */
export const timed =
  (): Which =>
  ({ mark }) =>
    mark !== 0;
export const placedOnly =
  (): Which =>
  ({ placed }) =>
    placed;
