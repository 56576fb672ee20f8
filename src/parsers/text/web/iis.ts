import type { JsonObject } from '../../../events/index.ts';
import { parseIso } from '../../event-time.ts';
import { nanos, numberOf, type TextFormat, type TextResult, textOf } from '../text-format.ts';
import { addressFields, webFields } from './request-fields.ts';

/** The fields that IIS logs by default, and with `time-taken` since version 7. */
const usual =
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken'.split(
    ' ',
  );

/**
 * IIS, and other servers that write the W3C Extended Log File Format. Lines that begin with `#` are its directives. Times are
 * UTC. `columns` is what the directive `#Fields:` of the file says; without it, IIS's own selection is expected.
 */
export function w3c(columns: readonly string[] = usual, name = 'iis'): TextFormat {
  return {
    name,
    words: 'IIS or W3C',
    first: '#12',
    parse(line) {
      if (/^#(?:Software|Version|Date|Fields|Start-Date|End-Date|Remark): /.test(line))
        return { time: Number.NaN, fields: { 'event.kind': 'event', 'event.action': 'log-directive' } };
      const begin = columns === usual ? /^\d{4}-\d\d-\d\d \d\S+ \S+ [A-Z_-]+ / : /^\d{4}-\d\d-\d\d(?: |$)/;
      return begin.test(line) ? readColumns(columns, line.split(' ')) : undefined;
    },
  };
}

export const iis = w3c();

function readColumns(columns: readonly string[], words: string[]): TextResult | undefined {
  const value = (name: string) => {
    const at = columns.indexOf(name);
    return at === -1 ? undefined : textOf(words[at]);
  };
  const time = parseIso(`${value('date')}T${value('time')}Z`);
  const method = value('cs-method');
  if (Number.isNaN(time) || (method !== undefined && !/^[A-Z_-]+$/.test(method))) return undefined;
  // The last column was added later; a line of the columns before it is complete too.
  const isShort = words.length < columns.length - Number(columns.at(-1) === 'time-taken');
  if (columns === usual && (isShort || !/^\d{1,5}$/.test(value('s-port') ?? ''))) return undefined;
  const failure =
    words.length > columns.length || isShort
      ? `has ${words.length} columns, not ${columns.length}`
      : undefined;
  return { time, fields: fieldsOf(value), failure: failure && `the line ${failure}` };
}

function fieldsOf(value: (name: string) => string | undefined): JsonObject {
  const stem = value('cs-uri-stem');
  const query = value('cs-uri-query');
  return {
    ...webFields(numberOf(value('sc-status'))),
    ...addressFields(value('c-ip')),
    ...addressFields(value('s-ip'), 'destination'),
    'destination.port': numberOf(value('s-port')),
    'http.request.method': value('cs-method'),
    'url.original': stem === undefined ? undefined : query === undefined ? stem : `${stem}?${query}`,
    'url.path': stem,
    'url.query': query,
    'url.domain': value('cs-host')?.replace(/:\d+$/, ''),
    'user.name': value('cs-username'),
    'user_agent.original': value('cs(User-Agent)')?.replaceAll('+', ' '),
    'http.request.referrer': value('cs(Referer)'),
    'http.version': value('cs-version')?.replace(/^HTTP\//, ''),
    'http.request.bytes': numberOf(value('cs-bytes')),
    'http.response.bytes': numberOf(value('sc-bytes')),
    'iis.access.site_name': value('s-sitename'),
    'iis.access.server_name': value('s-computername'),
    'iis.access.sub_status': numberOf(value('sc-substatus')),
    'iis.access.win32_status': numberOf(value('sc-win32-status')),
    'event.duration': nanos(value('time-taken'), 'ms'),
  };
}
