import type { JsonObject } from '../../src/json.ts';
import { columns } from './fixture.ts';
import { asked, type ComparedRequest, scores } from './request.ts';

const fields = ['@timestamp', 'text', 'text.raw', ...columns.slice(2)];
const everyField = [
  ...fields,
  'labels',
  'labels.env',
  'person.name',
  'person.age',
  'alias',
  'missing',
  'day',
];

const values: Record<string, (string | number | boolean)[]> = {
  '@timestamp': ['2026-03-29', '2026-03-29T00:30:00Z', '2026-10-25||/M', 1_774_000_000_000, 'nonsense'],
  day: ['2026-03-29', '2024-02-29||/y', 'x'],
  text: ['quick', 'QUICK fox', 'Straße', '東京', '', 'brown fox', "o'neill's", '3.14'],
  'text.raw': ['The quick brown fox', 'lazy dog', ''],
  word: ['alpha', 'Alpha', '', '日本', 'a b', 'Ünïcode'],
  tags: ['x', '*', 'a*b', 'a\\b', 'c"d'],
  count: [1, '1', 1.5, -5, 2 ** 40, 7, 'abc', true],
  small: [20, '20', 41, 3_000_000_000, 0],
  ratio: [0.1, '0.1', 1e300, 0, 'abc'],
  single: [0.1, 1.5, 3.5e9],
  flag: [true, 'true', 'false', 'yes', 1],
  ip: ['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32', '::ffff:10.0.0.7', 'nonsense'],
  labels: ['prod', '1'],
  'labels.env': ['prod', 'dev'],
  'person.name': ['Ann', 'Dee'],
  'person.age': [20, '30'],
  alias: ['alpha'],
  missing: ['x', 1],
};

const patterns = ['*', 'a*', '*a', 'qu?ck', 'Q*', 'x', '', '日*', '*\\**', '10*'];

function* onField(field: string): Generator<JsonObject> {
  for (const value of values[field]!) {
    yield { term: { [field]: value } };
    yield { match: { [field]: value } };
    yield { match_phrase: { [field]: value } };
  }
  yield { terms: { [field]: values[field]!.slice(0, 2) } };
  yield { exists: { field } };
  for (const pattern of patterns) yield { wildcard: { [field]: pattern } };
  yield { prefix: { [field]: 'a' } };
  yield { regexp: { [field]: '[a-q].*' } };
  const [low, high] = values[field]!;
  yield { range: { [field]: { gte: low!, lte: high ?? low! } } };
  yield { range: { [field]: { gt: low! } } };
  yield { range: { [field]: { lt: low!, boost: 2 } } };
  yield { range: { [field]: {} } };
}

/** What is asked of every field, whether it makes sense there or not. */
export const fieldQueries: ComparedRequest[] = everyField.flatMap((field) => {
  // Elasticsearch weighs all keys of a flattened field as one field; the store each for itself.
  const except = field === 'labels.env' ? scores : [];
  return [...onField(field)].map((query) => ({ ...asked(query), except }));
});
