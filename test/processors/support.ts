import { parsers } from '../../src/config/schema/parsers.ts';
import { type ProcessorConfig, processors } from '../../src/config/schema/processors.ts';
import { EventReader, type ReadEvent } from '../../src/parsers/event.ts';
import { keysOf, ProcessorChain } from '../../src/processors/chain.ts';
import type { ProcessingTelemetry } from '../../src/telemetry/components/processing.ts';
import { batch, blockOf } from '../support/events.ts';

/** Processors as a configuration has them. */
export const configured = (...written: object[]): ProcessorConfig[] => processors.parse(written);

export function readerWith(written: object[], telemetry?: ProcessingTelemetry, zone = 'UTC'): EventReader {
  const config = configured(...written);
  const chain = ProcessorChain.of(config, { zone, keys: keysOf(config), telemetry });
  return new EventReader({ parsers: parsers.parse({}), time: { zone }, processors: chain });
}

export interface Processed {
  event: ReadEvent;
  document: Record<string, unknown>;
}

/** Processes one event; undefined where it is left out. */
export function processed(document: object | string, ...written: object[]): Processed | undefined {
  const reader = readerWith(written);
  const timed = { '@timestamp': '2026-11-21T05:40:07.490Z', ...(document as object) };
  reader.open(blockOf(typeof document === 'string' ? document : JSON.stringify(timed)), batch);
  const event = reader.next();
  return event && { event, document: JSON.parse(event.document()) as Record<string, unknown> };
}

/** What is added to every document is not the concern of these tests. */
export function ownFields({ document }: Processed): Record<string, unknown> {
  const { '@timestamp': _, event, ecs: __, ...own } = document as Record<string, object>;
  const { ingested: ___, ...rest } = (event ?? {}) as Record<string, unknown>;
  return Object.keys(rest).length === 0 ? own : { ...own, event: rest };
}
