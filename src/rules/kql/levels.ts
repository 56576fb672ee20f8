/** Log levels from the least to the most severe, with the other names that loggers and syslog have for them. */
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

/** All names of levels whose rank passes, as loggers write them, for tools that know no order of levels. */
export function levelNames(passes: (rank: number) => boolean): string[] {
  const names = order.filter((_, rank) => passes(rank)).flat();
  return names.flatMap((name) => [name, name.toUpperCase(), name[0]!.toUpperCase() + name.slice(1)]);
}

/**
 * A level's place in the order, whatever its case. Undefined for what is no level, `unknown` among it: it is neither
 * above nor below any other, so that a sender's odd word raises no alert and hides in none. Ask for it by its name.
 */
export function levelRank(level: string): number | undefined {
  return ranks.get(level) ?? ranks.get(level.toLowerCase());
}

/** `log.level` is compared by severity, not by the alphabet. */
export function isLevelField(field: string): boolean {
  return field === 'log.level';
}
