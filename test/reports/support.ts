import { Collection, type CollectionOptions } from '../../src/reports/collection.ts';
import type { Report } from '../../src/reports/report.ts';
import type { ReportedEvent } from '../../src/reports/tally.ts';

type Value = string | number | string[];

/** An event with fields, as the parsers give it. */
export function anEvent(
  time: number,
  given: Record<string, Value> = {},
  message = '',
  source = 'web-1',
): ReportedEvent {
  const fields = message === '' ? given : { ...given, message };
  return {
    ...{ time, source },
    get: (field) => fields[field],
    has: (field) => Object.hasOwn(fields, field),
    names: () => Object.keys(fields),
  };
}

/** A report about events in `[1000, 2000)`. */
export function reportOn(
  events: readonly ReportedEvent[],
  options: Partial<CollectionOptions> = {},
  top = 10,
): Report {
  const collection = new Collection({ span: { from: 1_000, to: 2_000 }, ...options });
  for (const event of events) collection.add(event);
  return collection.report({ name: 'test', zone: 'UTC', createdAt: 3_000, source: 'a test', top });
}
