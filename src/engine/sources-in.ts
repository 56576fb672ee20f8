import type { Batch, EventBlock } from '../model.ts';
import type { EventReader } from '../parsers/event.ts';

/** Number of sources of the events of a batch. */
export function sourcesIn(events: EventReader, block: EventBlock, batch: Batch): number {
  const sources = new Set<string>();
  events.open(block, batch);
  for (let event = events.next(); event; event = events.next())
    if (event.problem === undefined) sources.add(event.source);
  return sources.size;
}
