import { isObject } from '../events/index.ts';
import { isFullText } from '../rules/kql/typed-fields.ts';
import { fieldName, NotConvertible } from './elastalert-values.ts';
import { luceneToKql } from './lucene.ts';

/** A literal in KQL. Numbers and booleans stay as they are; anything else is quoted. */
function literal(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

const joined = (parts: readonly string[], word: 'and' | 'or'): string =>
  parts.length === 1 ? parts[0]! : `(${parts.join(` ${word} `)})`;

/** The empty text stands for all events: beside others that must match it adds nothing. */
function conjunction(parts: readonly string[]): string {
  const needed = parts.filter((part) => part !== '');
  return needed.length === 0 ? '' : joined(needed, 'and');
}

/** Where one of several may match and one matches all events, all match. */
const disjunction = (parts: readonly string[]): string =>
  parts.length === 0 || parts.includes('') ? '' : joined(parts, 'or');

function negation(part: string): string {
  if (part === '') throw new NotConvertible('a filter that excludes all events');
  return `not ${/ and | or |^not /.test(part) ? `(${part})` : part}`;
}

/** `field : ("a" or "b")`. */
export const anyOf = (field: string, values: readonly unknown[]): string =>
  values.length === 1
    ? `${fieldName(field)} : ${literal(values[0])}`
    : `${fieldName(field)} : (${values.map(literal).join(' or ')})`;

/** Filters of a rule, which must all match, as KQL; empty for none. Throws `NotConvertible` with the name of the clause. */
export function filtersToKql(filters: unknown): string {
  const list = Array.isArray(filters) ? filters : filters === undefined || filters === null ? [] : [filters];
  const parts = list.map(clauseToKql).filter((part) => part !== '');
  if (parts.length === 0) return '';
  return parts.length === 1
    ? parts[0]!.replace(/^\((.*)\)$/s, (whole, inner: string) => (isOneGroup(inner) ? inner : whole))
    : parts.join(' and ');
}

/** Whether parentheses around a text belong together. Texts with quotes are left as they are. */
function isOneGroup(inner: string): boolean {
  if (inner.includes('"')) return false;
  let depth = 0;
  for (const sign of inner) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

type Clause = (body: Record<string, unknown>) => string;

const all = (of: unknown): string[] => (Array.isArray(of) ? of : [of]).map(clauseToKql);

/** The only field of a clause, and what stands behind it. */
function fieldOf(body: Record<string, unknown>): [field: string, value: unknown] {
  const found = Object.entries(body).filter(([name]) => !['boost', '_name'].includes(name));
  if (found.length !== 1) throw new NotConvertible(`a clause about ${found.length} fields`);
  return found[0]!;
}

const inner = (value: unknown, name: string): unknown =>
  isObject(value) ? (value[name] ?? value.value) : value;

/** Options of a `match` that change what it finds. */
const changing = ['fuzziness', 'analyzer', 'minimum_should_match', 'prefix_length', 'max_expansions'];

/**
 * A `match` of several words needs any of them, or all with `operator: and`, where the field is a full text. Elasticsearch compares a value
 * of another field as a whole, as it does by mappings of ECS.
 */
function matchOf(field: string, value: unknown): string {
  const query = inner(value, 'query');
  const options = isObject(value) ? value : {};
  const changed = changing.find((name) => options[name] !== undefined);
  if (changed !== undefined) throw new NotConvertible(`\`${changed}\` of a \`match\``);
  const words = typeof query === 'string' ? query.split(/\s+/).filter((word) => word !== '') : [];
  if (words.length < 2 || !isFullText(field) || options.type === 'phrase') return anyOf(field, [query]);
  if (!/^and$/i.test(String(options.operator))) return anyOf(field, words);
  return `${fieldName(field)} : (${words.map(literal).join(' and ')})`;
}

const operators = { gt: '>', gte: '>=', lt: '<', lte: '<=', from: '>=', to: '<=' } as const;

/** What says of the older bounds whether they belong to the range. */
const inclusions: Record<string, string> = { from: 'include_lower', to: 'include_upper' };

const clauses: Record<string, Clause> = {
  query: (body) => clauseToKql(body),
  query_string({ query, default_operator: operator, default_field, fields }) {
    const named = Array.isArray(fields) ? fields : [default_field ?? '*'];
    if (named.length !== 1) throw new NotConvertible('`query_string` over several fields');
    const kql = luceneToKql(String(query ?? ''), {
      operator: /^and$/i.test(String(operator)) ? 'and' : 'or',
      ...(named[0] !== '*' && { field: fieldName(String(named[0])) }),
    });
    return / or /.test(kql) ? `(${kql})` : kql;
  },
  term(body) {
    const [field, value] = fieldOf(body);
    return anyOf(field, [inner(value, 'value')]);
  },
  terms(body) {
    const [field, values] = fieldOf(body);
    if (!Array.isArray(values) || values.length === 0)
      throw new NotConvertible('`terms` without a list of values');
    return anyOf(field, values);
  },
  match(body) {
    const [field, value] = fieldOf(body);
    return matchOf(field, value);
  },
  match_phrase(body) {
    const [field, value] = fieldOf(body);
    return anyOf(field, [inner(value, 'query')]);
  },
  match_all: () => '',
  wildcard(body) {
    const [field, value] = fieldOf(body);
    const pattern = String(inner(value, 'wildcard'));
    if (!/^[\w*.:/@-]+$/.test(pattern))
      throw new NotConvertible(`the wildcard \`${pattern}\`: KQL knows \`*\` in words without spaces`);
    return `${fieldName(field)} : ${pattern}`;
  },
  prefix(body) {
    const [field, value] = fieldOf(body);
    const start = String(inner(value, 'value'));
    if (start.includes('*')) throw new NotConvertible(`the prefix \`${start}\`: \`*\` is a wildcard in KQL`);
    return clauses.wildcard!({ [field]: `${start}*` });
  },
  exists: ({ field }) => `${fieldName(String(field))} : *`,
  range(body) {
    const [field, bounds] = fieldOf(body);
    if (!isObject(bounds)) throw new NotConvertible('`range` without bounds');
    const parts = Object.entries(bounds).flatMap(([name, bound]) => {
      const inclusion = inclusions[name];
      const isOpen = inclusion !== undefined && bounds[inclusion] === false;
      const known = operators[name as keyof typeof operators];
      const operator = isOpen ? known.slice(0, 1) : known;
      return operator === undefined || bound === null
        ? []
        : `${fieldName(field)} ${operator} ${literal(bound)}`;
    });
    if (parts.length === 0) throw new NotConvertible('`range` without bounds');
    return joined(parts, 'and');
  },
  bool({ must = [], filter = [], should = [], must_not = [], minimum_should_match }) {
    if (minimum_should_match !== undefined && ![0, 1, '1', '0'].includes(minimum_should_match as number))
      throw new NotConvertible(`\`minimum_should_match: ${String(minimum_should_match)}\``);
    const required = [...all(must), ...all(filter)];
    const options = all(should);
    if (options.length === 0 && Number(minimum_should_match ?? 0) === 1)
      throw new NotConvertible('`minimum_should_match: 1` without `should`, which selects nothing');
    // Beside clauses that must match, those that should only change the score.
    const isNeeded = required.length === 0 || Number(minimum_should_match ?? 0) === 1;
    return conjunction([
      ...required,
      ...(isNeeded ? [disjunction(options)] : []),
      ...all(must_not).map(negation),
    ]);
  },
  not: (body) => negation(clauseToKql(body.filter ?? body)),
  and: (body) => conjunction(all(body.filters ?? body)),
  or: (body) => disjunction(all(body.filters ?? body)),
};

function clauseToKql(clause: unknown): string {
  if (!isObject(clause)) throw new NotConvertible(`the filter \`${JSON.stringify(clause)}\``);
  const names = Object.keys(clause);
  const [name = ''] = names;
  const convert = Object.hasOwn(clauses, name) ? clauses[name] : undefined;
  if (names.length !== 1 || convert === undefined)
    throw new NotConvertible(`the filter \`${names.join(', ') || '{}'}\``);
  const body = clause[name];
  if (Array.isArray(body) && (name === 'and' || name === 'or')) return convert({ filters: body });
  if (!isObject(body)) throw new NotConvertible(`the filter \`${name}: ${JSON.stringify(body)}\``);
  return convert(body);
}
