import type { Fields, FieldValue } from '../model.ts';
import { canonicalLevel, presentValues } from '../util/levels.ts';

/** What statistics are kept by: a name, the field that it is read from, and the texts of its values in an event. */
export interface StatisticsField {
  name: string;
  field: string;
  /** Its value in an event. Fields that read the same have the same function, so that the next one need not read it again. */
  read: (fields: Fields) => FieldValue;
  /** The text that is counted for a text of the value. */
  change: (text: string) => string;
}

/** Characters of a value that are kept, and values of a list. */
const longestValue = 200;
const mostValues = 10;

/** The texts of a value that is not a single text. */
export const textsOf = (value: FieldValue): string[] =>
  presentValues(value)
    .slice(0, mostValues)
    .map((one) => shortened(String(one)));

/** What is kept of a text. */
export const shortened = (text: string) => (text.length > longestValue ? text.slice(0, longestValue) : text);

const asItIs = (text: string) => text;
const reading = (field: string) => (fields: Fields) => fields.get(field);
const kept = (name: string, field: string, change = asItIs, read = reading(field)): StatisticsField => ({
  ...{ name, field, read, change },
});

/** The first part of a path: `/api` for `/api/orders/17`. */
export function sectionOf(path: string): string {
  const end = path.indexOf('/', 1);
  const first = end === -1 ? path : path.slice(0, end);
  const query = first.search(/[?#;]/);
  return query === -1 ? first : first.slice(0, query);
}

const ZERO = 0x30;
const isDigit = (code: number) => code >= ZERO && code <= 0x39;
const classes = ['', '1xx', '2xx', '3xx', '4xx', '5xx'];

/** `5xx` for 503. A status that is no code of HTTP stays as it is. */
function classOf(status: string): string {
  const first = status.charCodeAt(0) - ZERO;
  const isCode = status.length === 3 && first >= 1 && first <= 5;
  return isCode && isDigit(status.charCodeAt(1)) && isDigit(status.charCodeAt(2)) ? classes[first]! : status;
}

const path = reading('url.path');
/** Access logs name no service; their dataset says what they are of. */
const service = (fields: Fields) => fields.get('service.name') ?? fields.get('event.dataset');

/** The fields that are always kept, by short names. */
const common: readonly StatisticsField[] = [
  kept('section', 'url.path', sectionOf, path),
  kept('path', 'url.path', asItIs, path),
  kept('client', 'source.ip'),
  kept('status', 'http.response.status_code', classOf),
  kept('service', 'service.name', asItIs, service),
  kept('level', 'log.level', canonicalLevel),
  kept('host', 'host.name'),
];

/** The common fields, and those of the setting `statistics.fields`, each once. */
export function statisticsFields(more: readonly string[]): StatisticsField[] {
  const known = new Set(common.flatMap(({ name }) => name));
  return [
    ...common,
    ...[...new Set(more)].filter((name) => !known.has(name)).map((name) => kept(name, name)),
  ];
}
