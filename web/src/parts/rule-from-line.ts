import type { LogRow } from '../../../src/dashboards/model.ts';
import { quoted } from './top-list.tsx';

/** Words that tell lines of one kind apart: without numbers, addresses and quotes. */
function wordsOf(message: string): string[] {
  const words = message.split(/[^\p{L}\p{N}_.-]+/u).filter((word) => /^\p{L}[\p{L}_-]{3,}$/u.test(word));
  return [...new Set(words)].slice(0, 4);
}

function conditionsOf({ message, level, status, service, dataset, source }: LogRow): string[] {
  const path = (source.url as { path?: unknown } | undefined)?.path;
  const words = status === undefined ? wordsOf(message) : [];
  return [
    ...(service !== undefined ? [`service.name: ${quoted(service)}`] : []),
    ...(service === undefined && dataset !== undefined ? [`event.dataset: ${quoted(dataset)}`] : []),
    ...(status !== undefined ? [`http.response.status_code: ${status}`] : []),
    ...(typeof path === 'string' ? [`url.path: ${quoted(path)}`] : []),
    ...(level !== undefined && status === undefined ? [`log.level: ${quoted(level)}`] : []),
    ...words.map((word) => `message: ${word}`),
  ];
}

/** A rule, as it stands in the configuration, that alerts on lines like this one. */
export function ruleFrom(row: LogRow): string {
  const where = conditionsOf(row).join(' and ');
  return [
    '- name: lines-like-this',
    `  where: '${where.replaceAll("'", "''")}'`,
    '  over: 5m',
    "  when: '>= 5'",
    '  severity: medium',
    "  message: '{{value}} lines like this within five minutes'",
    '',
  ].join('\n');
}
