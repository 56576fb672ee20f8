import { wildcard } from '../json.ts';
import { queryShardError } from '../store-error.ts';
import { type Clause, SyntaxProblem } from './clauses.ts';
import { bestOf, bool } from './combined.ts';
import { exists } from './exists-query.ts';
import { termsPassing } from './many-terms.ts';
import {
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
import { minimumShould } from './shape.ts';
import { lenient, match, matchPhrase } from './text-queries.ts';

/** The options of `query_string` and `simple_query_string` that apply to each clause. */
export interface StringOptions {
  /** Fields for clauses that name none, with weights as `name^2`. Empty for all. */
  fields: string[];
  operator: 'and' | 'or';
  /** Whether a value that does not fit its field matches nothing instead of failing the query. */
  isLenient: boolean;
  boost: number;
  /** How the scores of several fields become one. */
  together: (matchers: Matcher[]) => Matcher;
  /** Whether words in a row are a phrase (`type: phrase`). */
  isPhrase?: boolean;
  /** Zone of dates in ranges. */
  zone?: string;
  minimumShould?: string | number | undefined;
  noLeadingWildcard?: boolean;
}

/** A clause that searches a field. */
type Leaf = Exclude<Clause, { kind: 'group' } | { kind: 'all' }>;

/** The matcher of a leaf on one field. */
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

/**
 * A wildcard pattern. Tokens of text fields are in lower case, so a pattern for them is put in
 * lower case.
 */
function pattern(context: QueryContext, field: string, text: string, boost: number): Matcher {
  const isText = fieldOf(context, field)?.family === 'text';
  return termsPassing(context, field, 'wildcard', wildcardTest(isText ? text.toLowerCase() : text), boost);
}

/** The fields that a leaf searches, with their weights. */
function fieldsOf(
  context: QueryContext,
  named: string | undefined,
  options: StringOptions,
): [string, number][] {
  if (named === undefined) return weightedFields(context, options.fields);
  if (!named.includes('*')) return [[named, 1]];
  return context.mapping.fieldsMatching(wildcard(named)).map((field) => [field.name, 1]);
}

/** The matcher of a leaf over all of its fields. */
function leafMatcher(context: QueryContext, leaf: Leaf, options: StringOptions): Matcher {
  if (leaf.field === '_exists_')
    return exists(context, leaf.kind === 'range' ? leaf.low : leaf.text, leaf.boost);
  const fields = fieldsOf(context, leaf.field, options);
  // Where the query does not name the field, a value that does not fit its type is not an error.
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

/**
 * The matcher of a clause. `isWhole` says that the clause is the whole text, to which
 * `minimum_should_match` applies.
 */
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

/**
 * Lucene's limit on clauses (`indices.query.bool.max_clause_count`). It bounds the cost of a short
 * request.
 */
const maxClauses = 1024;

function countClauses(clause: Clause): number {
  return clause.kind === 'group'
    ? clause.members.reduce((sum, member) => sum + countClauses(member.clause), 1)
    : 1;
}

/** Parses a text and wraps a syntax error in Elasticsearch's error. */
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

/**
 * The query of a text. It is parsed for each index, as in Elasticsearch: where no index is
 * searched, any text is accepted.
 */
export function toQuery(text: string, parse: () => Clause, options: StringOptions): Query {
  return (context) => {
    const clause = parseClause(text, parse);
    if (countClauses(clause) > maxClauses)
      throw queryShardError(`failed to create query: maxClauseCount is set to ${maxClauses}`);
    const whole: Clause = { kind: 'group', members: [{ clause, occurs: 'must' }], boost: options.boost };
    return clauseMatcher(context, whole, options, true);
  };
}
