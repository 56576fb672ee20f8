import { isDuration } from '../../../rules/kinds/index.ts';
import { formatDuration, printable } from '../../../util/text.ts';

/** Settings that a rule decides by, in the order in which one reads them. Others of a kind follow. */
const ordered = [
  ...['kind', 'where', 'by', 'measure', 'field', 'bounds', 'statistic', 'over', 'every', 'lateness'],
  ...['when', 'recover', 'min', 'max', 'minCount', 'ratio', 'direction', 'minBefore'],
  ...['deviation', 'season', 'zone', 'warmUp', 'memory', 'minSpread', 'adaptAfter', 'remember'],
  ...['expect', 'learn', 'forget', 'shipper', 'quiet', 'for', 'keepActiveFor', 'noData'],
  ...['activeHours', 'cooldown', 'cooldownGrowth', 'cooldownMax'],
];

/** Settings that decide nothing: what is said, who is notified, and how much is kept. */
const hidden = [
  ...['name', 'description', 'enabled', 'severity', 'message', 'labels', 'runbook', 'notify'],
  ...['maxGroups', 'maxTerms', 'record'],
];

/** Settings that have an effect. Empty ones, and those that another setting makes ineffective, are left out. */
export function settingsOf(settings: Readonly<Record<string, unknown>>): string[][] {
  const withoutEffect = new Set<string>([
    ...(settings.cooldownGrowth === 1 ? ['cooldownGrowth', 'cooldownMax'] : []),
    ...(settings.kind === 'threshold' ? ['kind'] : []),
    ...(settings.noData === 'hold' ? ['noData'] : []),
    ...(settings.season === 'none' ? ['zone'] : []),
  ]);
  const others = Object.keys(settings).filter((name) => !ordered.includes(name) && !hidden.includes(name));
  return [...ordered, ...others].flatMap((name) => {
    const value = settings[name];
    const isEmpty =
      value === undefined || value === '' || value === 0 || (Array.isArray(value) && value.length === 0);
    return isEmpty || withoutEffect.has(name)
      ? []
      : [[name, isDuration(settings.kind, name) ? formatDuration(value as number) : textOf(value)]];
  });
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return printable(value.join(', '));
  return printable(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
