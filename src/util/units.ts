import { measuredField } from './figures.ts';

/** Units by the names of fields, as ECS and OpenTelemetry write them. */
const byName: readonly [RegExp, string][] = [
  [/(^|[._-])(bytes|size)$/, 'byte'],
  [/^event\.duration$|[._-](ns|nanos|nanoseconds)$/, 'nanos'],
  [/[._-](us|micros|microseconds)$/, 'micros'],
  [/[._-](ms|millis|milliseconds)$/, 'ms'],
  [/[._-](s|sec|secs|seconds)$/, 's'],
];

/**
 * The unit of a measure, by the names that Elasticsearch has for units: `byte`, `nanos`, `ms`, … ; `percent` for a share, where 1 is all of it;
 * `event` and `event/s` for counts and rates. Undefined where it is not known.
 */
export function unitOf(measure: string): string | undefined {
  if (/^\s*share\b/.test(measure)) return 'percent';
  if (/^\s*count\b/.test(measure)) return 'event';
  if (/^\s*rate\b/.test(measure)) return 'event/s';
  const field = measuredField(measure);
  return field === undefined ? undefined : byName.find(([name]) => name.test(field))?.[1];
}
