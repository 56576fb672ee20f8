import type { Query, Text } from './ast.ts';
import { matchRange } from './match.ts';
import { parseQuery } from './parser.ts';
import { printQuery } from './print.ts';
import { isLevelField, levelNames } from './typed-fields.ts';

/**
 * A query for Kibana, which has neither patterns nor an order of levels. Levels are named one by one; a pattern is
 * left out in such a way that Kibana shows more than the rule counted, never less.
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
      return query.value.kind === 'regex' ? (wider ? everything : nothing) : query;
    case 'range':
      return isLevelField(prefix + nameOf(query.field)) ? levels(query) : query;
    case 'all':
      return query;
  }
}

function levels({ field, operator, value }: Extract<Query, { kind: 'range' }>): Query {
  const passes = matchRange('log.level', operator, value.parts[0]!);
  const of = levelNames((rank) => passes(levelAt(rank))).map((name): Query => {
    return { kind: 'is', field, value: { kind: 'text', parts: [name], quoted: true } };
  });
  return of.length === 0 ? nothing : { kind: 'or', of };
}

function levelAt(rank: number): string {
  return levelNames((other) => other === rank)[0]!;
}

const nameOf = ({ parts }: Text) => parts.join('*');

function text(star: '*'): Text {
  return { kind: 'text', parts: star.split('*'), quoted: false };
}
