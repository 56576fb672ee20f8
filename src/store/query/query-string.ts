import { type JsonObject, wildcard } from '../json.ts';
import { illegalArgument, parsingError, queryShardError } from '../store-error.ts';
import { type Clause, SyntaxProblem } from './clauses.ts';
import { LuceneSyntax } from './lucene-syntax.ts';
import {
  bestOf,
  bool,
  type Matcher,
  matchAll,
  matchNone,
  type Query,
  type QueryContext,
  searchedField,
} from './matcher.ts';
import { lenient, weightedFields } from './parse-multi-match.ts';
import { regexpTest, wildcardTest } from './patterns.ts';
import { range } from './range-query.ts';
import { checkKeys, numberOf, stringsOf } from './shape.ts';
import { simpleSyntax } from './simple-syntax.ts';
import { exists, termsPassing } from './term-queries.ts';
import { match, matchPhrase } from './text-queries.ts';

interface StringOptions {
  fields: string[];
  operator: 'and' | 'or';
  isLenient: boolean;
  boost: number;
}

type Leaf = Exclude<Clause, { kind: 'group' } | { kind: 'all' }>;

function leafOn(
  context: QueryContext,
  field: string,
  leaf: Leaf,
  boost: number,
  { operator }: StringOptions,
): Matcher {
  switch (leaf.kind) {
    case 'word':
      return match(context, field, leaf.text, { operator, boost });
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
        boost,
      });
  }
}

/** Tokens of text are in lower case, so a pattern for them is, too. */
function pattern(context: QueryContext, field: string, text: string, boost: number): Matcher {
  const isText = context.mapping.field(field)?.family === 'text';
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
  // And on any field a word that cannot be its value is simply not there; so Elasticsearch has it here, too.
  const isLenient = options.isLenient || !isNamed || leaf.kind === 'word' || leaf.kind === 'range';
  if (isNamed) for (const [field] of fields) searchedField(context, field, 'query_string');
  if (leaf.kind === 'regexp') regexpTest(leaf.text);
  const matchers = fields.map(([field, weight]) =>
    lenient(isLenient, () => leafOn(context, field, leaf, leaf.boost * weight, options)),
  );
  return matchers.length === 1 ? matchers[0]! : matchers.length === 0 ? matchNone : bestOf(matchers);
}

function clauseMatcher(context: QueryContext, clause: Clause, options: StringOptions): Matcher {
  if (clause.kind === 'all') return matchAll();
  if (clause.kind !== 'group') return leafMatcher(context, clause, options);
  if (clause.members.length === 0) return matchNone;
  const having = (occurs: string) =>
    clause.members
      .filter((member) => member.occurs === occurs)
      .map((member) => clauseMatcher(context, member.clause, options));
  const [must, should, mustNot] = [having('must'), having('should'), having('mustNot')];
  const minimumShould = must.length === 0 && should.length > 0 ? 1 : 0;
  return bool({ must, filter: [], should, mustNot, minimumShould, boost: clause.boost });
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
    return clauseMatcher(context, whole, options);
  };
}

export function operatorOf(value: unknown): 'and' | 'or' {
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
    '_name',
  ]);
  if (body.query === undefined || body.query === null)
    throw parsingError('[query_string] must be provided with a [query]');
  const text = String(body.query);
  const operator = operatorOf(body.default_operator);
  const fields = body.default_field === undefined ? stringsOf(body.fields) : [String(body.default_field)];
  const options = { fields, operator, isLenient: body.lenient === true, boost: numberOf(body.boost, 1) };
  return toQuery(text, () => new LuceneSyntax(text, operator).parse(), options);
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
  };
  return toQuery(text, () => simpleSyntax(text, operator), options);
}
