import type { FieldValue, Scalar } from '../model.ts';

/** A value of a field that is present. */
export type Present = Exclude<Scalar, null>;

/**
 * The values of a field. Nulls, empty lists and lists of nulls are no values, as for Elasticsearch's `exists`: a field
 * without any value is absent. Queries, groups, measures and messages all use this definition.
 */
export function presentValues(value: FieldValue): Present[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [value];
  return value.filter((one) => one !== null);
}

/** Whether a field has any value. */
export function isPresent(value: FieldValue): boolean {
  if (Array.isArray(value)) return value.some((one) => one !== null);
  return value !== undefined && value !== null;
}

/** Log levels from the least to the most severe. The first name is the canonical one; the others are those of loggers and syslog. */
const order = [
  ['trace', 'trc', 'verbose', 'finest', 'finer', 'silly'],
  ['debug', 'dbg', 'fine'],
  ['info', 'inf', 'information', 'informational'],
  ['notice'],
  ['warn', 'wrn', 'warning'],
  ['error', 'err', 'severe'],
  ['critical', 'crit', 'fatal', 'ftl', 'dpanic'],
  ['alert'],
  ['emergency', 'emerg', 'panic'],
];

const ranks = new Map(order.flatMap((names, rank) => names.map((name) => [name, rank] as const)));

/** `log.level` is compared by severity, not by its text. */
export function isLevelField(field: string): boolean {
  return field === 'log.level';
}

/** All names of levels whose rank passes, as loggers write them, for tools that know no order of levels. */
export function levelNames(passes: (rank: number) => boolean): string[] {
  const names = order.filter((_, rank) => passes(rank)).flat();
  return names.flatMap((name) => [name, name.toUpperCase(), name[0]!.toUpperCase() + name.slice(1)]);
}

/**
 * The rank of a level, in any case. Undefined for a text that is no level, such as `unknown`: it is neither above nor
 * below any level.
 */
export function levelRank(level: string): number | undefined {
  return ranks.get(level) ?? ranks.get(level.toLowerCase());
}

/** The text by which values of `log.level` are compared: the canonical name of a level, else the text in lower case. */
export function canonicalLevel(level: string): string {
  const rank = levelRank(level);
  return rank === undefined ? level.toLowerCase() : order[rank]![0]!;
}

/** The ranks of the levels with a name that passes, in any of the ways in which loggers write it. */
export function ranksNamed(passes: (name: string) => boolean): Set<number> {
  return new Set(order.flatMap((_, rank) => (levelNames((one) => one === rank).some(passes) ? [rank] : [])));
}
