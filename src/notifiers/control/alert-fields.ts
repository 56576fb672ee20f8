import type { Episode, Fields, FieldValue } from '../../model.ts';

/** The fields of an alert as its document has them, for KQL queries. */
export function fieldsOf(episode: Episode): Fields {
  const values = new Map<string, FieldValue>();
  for (const [name, value] of Object.entries(episode.by)) values.set(name, value);
  for (const [name, value] of Object.entries(episode.labels)) values.set(`labels.${name}`, value);
  for (const [name, value] of Object.entries(ownFields(episode)))
    if (value !== undefined) values.set(name, value);
  return {
    get: (field) => values.get(field),
    has: (field) => values.has(field) || [...values.keys()].some((name) => name.startsWith(`${field}.`)),
    names: (pattern) => [...values.keys()].filter((name) => patternOf(pattern).test(name)),
  };
}

/** The names are those of the alert document. */
function ownFields(episode: Episode): Record<string, FieldValue> {
  const { severity, status, group, value, peak, count, condition, reason, flapping } = episode;
  return {
    '@timestamp': new Date(episode.updated).toISOString(),
    message: episode.message,
    'event.kind': 'alert',
    'event.start': new Date(episode.start).toISOString(),
    'rule.name': episode.rule,
    ...(episode.runbook !== undefined && { 'rule.reference': episode.runbook }),
    ...{ 'alert.id': episode.id, 'alert.severity': severity, 'alert.status': status, 'alert.group': group },
    ...{ 'alert.value': value, 'alert.peak': peak, 'alert.count': count, 'alert.condition': condition },
    ...{ 'alert.reason': reason, 'alert.flapping': flapping },
  };
}

const patternOf = (pattern: string) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
