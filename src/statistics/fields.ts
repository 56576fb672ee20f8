import type { Fields, FieldValue } from '../model.ts';
import { canonicalLevel, presentValues } from '../util/levels.ts';

/** What statistics are kept by: a name, the field that it is read from, and the texts of its values in an event. */
export interface StatisticsField {
  name: string;
  field: string;
  valuesOf(fields: Fields): readonly string[];
}

/** Characters of a value that are kept, and values of a list. */
const longestValue = 200;
const mostValues = 10;

const textsOf = (value: FieldValue): string[] =>
  presentValues(value)
    .slice(0, mostValues)
    .map((one) => String(one).slice(0, longestValue));

const read = (name: string, field: string, change: (text: string) => string = (text) => text) => ({
  name,
  field,
  valuesOf: (fields: Fields) => textsOf(fields.get(field)).map(change),
});

/** The first part of a path: `/api` for `/api/orders/17`. */
export function sectionOf(path: string): string {
  const end = path.indexOf('/', 1);
  const first = end === -1 ? path : path.slice(0, end);
  const query = first.search(/[?#;]/);
  return query === -1 ? first : first.slice(0, query);
}

/** `5xx` for 503. A status that is no code of HTTP stays as it is. */
const classOf = (status: string) => (/^[1-5]\d\d$/.test(status) ? `${status[0]}xx` : status);

/** The fields that are always kept, by short names. */
const common: readonly StatisticsField[] = [
  read('section', 'url.path', sectionOf),
  read('path', 'url.path'),
  read('client', 'source.ip'),
  read('status', 'http.response.status_code', classOf),
  {
    name: 'service',
    field: 'service.name',
    // Access logs name no service; their dataset says what they are of.
    valuesOf: (fields) => textsOf(fields.get('service.name') ?? fields.get('event.dataset')),
  },
  read('level', 'log.level', canonicalLevel),
  read('host', 'host.name'),
];

/** The common fields, and those of the setting `statistics.fields`, each once. */
export function statisticsFields(more: readonly string[]): StatisticsField[] {
  const known = new Set(common.flatMap(({ name }) => name));
  return [
    ...common,
    ...[...new Set(more)].filter((name) => !known.has(name)).map((name) => read(name, name)),
  ];
}
