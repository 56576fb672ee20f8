/** Log levels from the least to the most severe, with the other names that loggers and syslog have for them. */
const order = [
  ['trace', 'verbose', 'finest', 'finer'],
  ['debug', 'fine'],
  ['info', 'information', 'informational'],
  ['notice'],
  ['warn', 'warning'],
  ['error', 'err', 'severe'],
  ['critical', 'crit', 'fatal'],
  ['alert'],
  ['emergency', 'emerg', 'panic'],
];

const ranks = new Map(order.flatMap((names, rank) => names.map((name) => [name, rank] as const)));

/** Names of a rank and of those above it, for tools that know no order of levels. */
export const levelNames: readonly (readonly string[])[] = order;

/** A level's place in the order, whatever its case. Undefined for what is no level. */
export function levelRank(level: string): number | undefined {
  return ranks.get(level) ?? ranks.get(level.toLowerCase());
}

/** `log.level` is compared by severity, not by the alphabet. */
export function isLevelField(field: string): boolean {
  return field === 'log.level';
}
