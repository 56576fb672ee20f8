import { type JsonObject, wildcard } from '../json.ts';
import { illegalArgument, parsingError, queryShardError } from '../store-error.ts';
import { type Clause, SyntaxProblem } from './clauses.ts';
import { exists } from './exists-query.ts';
import { LuceneSyntax } from './lucene-syntax.ts';
import {
  anyOf,
  bestOf,
  bool,
  fieldOf,
  type Matcher,
  matchAll,
  matchNone,
  type Query,
  type QueryContext,
  searchedField,
} from './matcher.ts';
import { weightedFields } from './parse-multi-match.ts';
import { checkOperators, regexpTest, wildcardTest } from './patterns.ts';
import { range } from './range-query.ts';
import { booleanOf, checkKeys, minimumShould, numberOf, stringsOf } from './shape.ts';
import { simpleSyntax } from './simple-syntax.ts';
import { termsPassing } from './term-queries.ts';
import { lenient, match, matchPhrase } from './text-queries.ts';

interface StringOptions {
  fields: string[];
  operator: 'and' | 'or';
  isLenient: boolean;
  boost: number;
  /** How the scores of several fields become one. */
  together: (matchers: Matcher[]) => Matcher;
  isPhrase?: boolean;
  zone?: string;
  minimumShould?: string | number | undefined;
  noLeadingWildcard?: boolean;
}

type Leaf = Exclude<Clause, { kind: 'group' } | { kind: 'all' }>;

function leafOn(
  context: QueryContext,
  field: string,
  leaf: Leaf,
  boost: number,
  options: StringOptions,
): Matcher {
  const { operator, zone } = options;
  switch (leaf.kind) {
    case 'word':
      if (options.isPhrase) return matchPhrase(context, field, leaf.text, { boost });
      return match(context, field, leaf.text, { operator, boost, minimumShouldMatch: options.minimumShould });
    case 'phrase':
      return matchPhrase(context, field, leaf.text, { slop: leaf.slop, boost });
    case 'pattern':
      return leaf.text === '*' ? exists(context, field, boost) : pattern(context, field, leaf.text, boost);
    case 'regexp':
      return termsPassing(context, field, 'regexp', regexpTest(leaf.text), boost);
    case 'range':
      return range(context, field, {
        ...(leaf.low !== '*' && { [leaf.lowOpen ? 'gt' : 'gte']: leaf.low }),
        ...(leaf.high !== '*' && { [leaf.highOpen ? 'lt' : 'lte']: leaf.high }),
        ...(zone !== undefined && { zone }),
        boost,
      });
  }
}

/** Tokens of text are in lower case, so a pattern for them is, too. */
function pattern(context: QueryContext, field: string, text: string, boost: number): Matcher {
  const isText = fieldOf(context, field)?.family === 'text';
  return termsPassing(context, field, 'wildcard', wildcardTest(isText ? text.toLowerCase() : text), boost);
}

function fieldsOf(
  context: QueryContext,
  named: string | undefined,
  options: StringOptions,
): [string, number][] {
  if (named === undefined) return weightedFields(context, options.fields);
  if (!named.includes('*')) return [[named, 1]];
  return context.mapping.fieldsMatching(wildcard(named)).map((field) => [field.name, 1]);
}

function leafMatcher(context: QueryContext, leaf: Leaf, options: StringOptions): Matcher {
  if (leaf.field === '_exists_')
    return exists(context, leaf.kind === 'range' ? leaf.low : leaf.text, leaf.boost);
  const fields = fieldsOf(context, leaf.field, options);
  // On fields that nobody named a value that cannot be theirs is no error.
  const isNamed = !(leaf.field ?? options.fields[0] ?? '*').includes('*');
  const isLenient = options.isLenient || !isNamed;
  if (isNamed && !isLenient) for (const [field] of fields) searchedField(context, field, 'query_string');
  if (leaf.kind === 'regexp') checkOperators(leaf.text);
  if (options.noLeadingWildcard && leaf.kind === 'pattern' && /^[*?]./.test(leaf.text))
    throw queryShardError(`Failed to parse query [${leaf.text}]`);
  const matchers = fields.map(([field, weight]) =>
    lenient(isLenient, () => leafOn(context, field, leaf, leaf.boost * weight, options)),
  );
  if (matchers.length === 0) return matchNone;
  if (matchers.length === 1) return matchers[0]!;
  return leaf.kind === 'phrase' ? bestOf(matchers) : options.together(matchers);
}

/** `isWhole`: the clause is all of the text, and what is asked of it all is asked of its parts. */
function clauseMatcher(
  context: QueryContext,
  clause: Clause,
  given: StringOptions,
  isWhole = false,
): Matcher {
  const isOne = clause.kind !== 'group' || clause.members.length === 1;
  const options = isWhole && isOne ? given : { ...given, minimumShould: undefined };
  if (clause.kind === 'all') return matchAll();
  if (clause.kind !== 'group') return leafMatcher(context, clause, options);
  if (clause.members.length === 0) return matchNone;
  const having = (occurs: string) =>
    clause.members
      .filter((member) => member.occurs === occurs)
      .map((member) => clauseMatcher(context, member.clause, options, isWhole && isOne));
  const [must, should, mustNot] = [having('must'), having('should'), having('mustNot')];
  const least = must.length === 0 && should.length > 0 ? 1 : 0;
  const asked = Math.max(
    least,
    minimumShould(isWhole && !isOne ? given.minimumShould : undefined, should.length, 0),
  );
  return bool({ must, filter: [], should, mustNot, minimumShould: asked, boost: clause.boost });
}

/** Lucene's limit on clauses, which also bounds what one short request can cost. */
const mostClauses = 1024;

function countClauses(clause: Clause): number {
  return clause.kind === 'group'
    ? clause.members.reduce((sum, member) => sum + countClauses(member.clause), 1)
    : 1;
}

function parseClause(text: string, parse: () => Clause): Clause {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw queryShardError(`Failed to parse query [${text}]`, {
      type: 'parse_exception',
      reason: error.message,
    });
  }
}

/** The text is read with each index, as in Elasticsearch: without one, any text will do. */
function toQuery(text: string, parse: () => Clause, options: StringOptions): Query {
  return (context) => {
    const clause = parseClause(text, parse);
    if (countClauses(clause) > mostClauses)
      throw queryShardError(`failed to create query: maxClauseCount is set to ${mostClauses}`);
    const whole: Clause = { kind: 'group', members: [{ clause, occurs: 'must' }], boost: options.boost };
    return clauseMatcher(context, whole, options, true);
  };
}

function operatorOf(value: unknown): 'and' | 'or' {
  const text = String(value ?? 'or').toLowerCase();
  if (text !== 'and' && text !== 'or')
    throw illegalArgument(`operator needs to be either AND or OR, but not [${text}]`);
  return text;
}

export function parseQueryString(body: JsonObject): Query {
  checkKeys('query_string', body, [
    'query',
    'default_field',
    'fields',
    'default_operator',
    'analyze_wildcard',
    'lenient',
    'boost',
    'allow_leading_wildcard',
    'type',
    'escape',
    'time_zone',
    'minimum_should_match',
    '_name',
  ]);
  if (body.query === undefined || body.query === null)
    throw parsingError('[query_string] must be provided with a [query]');
  const text = body.escape === true ? escaped(String(body.query)) : String(body.query);
  const operator = operatorOf(body.default_operator);
  const fields = body.default_field === undefined ? stringsOf(body.fields) : [String(body.default_field)];
  const isEverywhere = fields.length === 0 || fields[0] === '*';
  const options: StringOptions = {
    fields,
    operator,
    isLenient: booleanOf(body.lenient, isEverywhere),
    boost: numberOf(body.boost, 1),
    together: togetherOf(String(body.type ?? 'best_fields')),
    isPhrase: body.type === 'phrase',
    minimumShould: body.minimum_should_match as string | number | undefined,
    noLeadingWildcard: !booleanOf(body.allow_leading_wildcard, true),
    ...(body.time_zone !== undefined && { zone: String(body.time_zone) }),
  };
  return toQuery(text, () => new LuceneSyntax(text, operator).parse(), options);
}

const escaped = (text: string) => text.replace(/[\\+\-!():^[\]"{}~*?|&/]/g, '\\$&');

function togetherOf(type: string): StringOptions['together'] {
  if (type === 'most_fields') return (matchers: Matcher[]) => anyOf(matchers);
  if (type === 'best_fields' || type === 'phrase') return (matchers: Matcher[]) => bestOf(matchers);
  throw parsingError(`[query_string] type [${type}] is not supported by this store`);
}

export function parseSimpleQueryString(body: JsonObject): Query {
  const known = [
    'query',
    'fields',
    'default_operator',
    'analyze_wildcard',
    'lenient',
    'boost',
    'flags',
    '_name',
  ];
  checkKeys('simple_query_string', body, known);
  if (body.query === undefined || body.query === null)
    throw parsingError('[simple_query_string] query text missing');
  if (body.flags !== undefined && body.flags !== 'ALL')
    throw parsingError('[simple_query_string] flags are not supported by this store');
  const text = String(body.query);
  const operator = operatorOf(body.default_operator);
  const options = {
    fields: stringsOf(body.fields),
    operator,
    isLenient: true,
    boost: numberOf(body.boost, 1),
    together: (matchers: Matcher[]) => anyOf(matchers),
  };
  return toQuery(text, () => simpleSyntax(text, operator), options);
}
