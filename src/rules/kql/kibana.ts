import { isLevelField, levelNames, levelRank } from '../../util/levels.ts';
import { isAnything, literalOf, printQuery, type Query, type Regex, type Text } from './ast.ts';
import { matchRange, matchValue } from './compile.ts';
import { parseQuery } from './parser.ts';
import { literalIn } from './pattern-literal.ts';
import { isFullText, type Match } from './typed-fields.ts';

/**
 * A query for Kibana, which has neither patterns nor an order of levels. Levels are named one by one. Of a pattern the longest text
 * stays that its values must contain, so that Kibana shows more than the rule counted, never less.
 */
export function kibanaQuery(text: string): string {
  return printQuery(translate(parseQuery(text), true, ''));
}

const everything: Query = { kind: 'is', field: text('*'), value: text('*') };
const nothing: Query = { kind: 'not', of: everything };

/**
 * `wider` turns with each `not`: below one, matching less is what shows more. `prefix` is the path of the nested query
 * that `query` stands in, with its final dot.
 */
function translate(query: Query, wider: boolean, prefix: string): Query {
  switch (query.kind) {
    case 'and':
    case 'or':
      return { kind: query.kind, of: query.of.map((part) => translate(part, wider, prefix)) };
    case 'not':
      return { kind: 'not', of: translate(query.of, !wider, prefix) };
    case 'nested':
      return { ...query, of: translate(query.of, wider, `${prefix}${nameOf(query.field)}.`) };
    case 'is':
      if (query.value.kind === 'regex') return wider ? withLiteral(query, query.value, prefix) : nothing;
      return query.field && isLevelField(prefix + nameOf(query.field)) ? namedLevels(query) : query;
    case 'range':
      return isLevelField(prefix + nameOf(query.field)) ? levels(query) : query;
    case 'all':
      return query;
  }
}

/** `message: *refused*` for `message: /connection refused/`. Words of full text are searched one by one and without case. */
function withLiteral(query: Extract<Query, { kind: 'is' }>, value: Regex, prefix: string): Query {
  const needed = literalIn(value);
  // Without a field it may be any, and some are compared with case.
  if (needed === undefined || query.field === undefined) return everything;
  const isText = isFullText(prefix + nameOf(query.field));
  // Documents may have a level in any case, which a wildcard of Kibana distinguishes.
  if (isLevelField(prefix + nameOf(query.field))) return everything;
  const word = isText ? longestWordIn(needed) : needed;
  // Kibana compares other fields with case.
  if (word === undefined || (value.ignoreCase && !isText)) return everything;
  return { ...query, value: { kind: 'text', parts: ['', word, ''], quoted: false } };
}

function longestWordIn(text: string): string | undefined {
  const words = text.match(/[a-z0-9]{3,}/gi) ?? [];
  return words.reduce<string | undefined>(
    (best, word) => (word.length > (best?.length ?? 0) ? word : best),
    undefined,
  );
}

function levels({ field, operator, value }: Extract<Query, { kind: 'range' }>): Query {
  const of = isAnyOf(field, matchRange('log.level', operator, value.parts[0]!));
  return of.length === 0 ? nothing : { kind: 'or', of };
}

/** Kibana compares texts, so every name of each level that the rule matches is listed. */
function namedLevels(query: Extract<Query, { kind: 'is' }>): Query {
  const { field, value } = query;
  if (isAnything(value)) return query;
  const of = isAnyOf(field!, matchValue('log.level', value));
  const literal = value.kind === 'text' ? literalOf(value) : undefined;
  const isListed = literal !== undefined && levelRank(literal) !== undefined;
  if (of.length === 0) return query;
  return { kind: 'or', of: isListed ? of : [query, ...of] };
}

function isAnyOf(field: Text, passes: Match): Query[] {
  return levelNames((rank) => passes(levelAt(rank))).map((name): Query => {
    return { kind: 'is', field, value: { kind: 'text', parts: [name], quoted: true } };
  });
}

function levelAt(rank: number): string {
  return levelNames((other) => other === rank)[0]!;
}

const nameOf = ({ parts }: Text) => parts.join('*');

function text(star: '*'): Text {
  return { kind: 'text', parts: star.split('*'), quoted: false };
}
