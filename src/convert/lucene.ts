import { fieldName, NotConvertible } from './elastalert-values.ts';

/** Words of a query in Lucene's syntax: a field with its value, a quoted text, a parenthesis, an operator. */
const token =
  /\s+|(?<open>\()|(?<close>\))|(?<and>AND\b|&&)|(?<or>OR\b|\|\|)|(?<not>NOT\b|!)|(?<field>[\w@.*\\-]+):\s*(?:(?<range>[[{][^\]}]*[\]}])|(?<compare>[<>]=?[^\s()]+)|"(?<phrase>(?:[^"\\]|\\.)*)"|(?<group>\()|(?<word>(?:[^\s()"\\[\]{}]|\\.)+))|"(?<text>(?:[^"\\]|\\.)*)"|(?<bare>(?:[^\s()"\\:[\]{}]|\\.)+)/y;

type Groups = Record<string, string | undefined>;

/**
 * A query of `query_string` as KQL. Throws `NotConvertible` for what KQL has no counterpart of: fuzzy words, boosts, distances,
 * regular expressions, `+` and `-`.
 */
export function luceneToKql(query: string): string {
  if (query.trim() === '' || query.trim() === '*') return '';
  const out: string[] = [];
  /** Whether a term ended, so that another one is joined by `or`, Lucene's default. */
  let isAfterTerm = false;
  const term = (text: string) => {
    if (isAfterTerm) out.push('or');
    out.push(text);
    isAfterTerm = true;
  };
  for (let at = 0; at < query.length; ) {
    token.lastIndex = at;
    const match = token.exec(query);
    if (match === null)
      throw new NotConvertible(`the query \`${query}\` from \`${query.slice(at, at + 20)}\` on`);
    at = token.lastIndex;
    const groups = (match.groups ?? {}) as Groups;
    if (match[0].trim() === '') continue;
    if (groups.open || groups.group) {
      if (isAfterTerm) out.push('or');
      out.push(groups.group ? `${fieldIn(groups)} : (` : '(');
      isAfterTerm = false;
    } else if (groups.close) {
      out.push(')');
      isAfterTerm = true;
    } else if (groups.and || groups.or) {
      out.push(groups.and ? 'and' : 'or');
      isAfterTerm = false;
    } else if (groups.not) {
      if (isAfterTerm) out.push('and');
      out.push('not');
      isAfterTerm = false;
    } else term(termOf(groups, query));
  }
  return out.join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
}

const fieldIn = ({ field = '' }: Groups) => fieldName(field.replaceAll('\\', ''));

function termOf(groups: Groups, query: string): string {
  const { range, compare, phrase, word, text, bare } = groups;
  if (text !== undefined) return `"${text}"`;
  if (bare !== undefined) return wordOf(bare, query);
  const field = fieldIn(groups);
  if (field === '_exists_') return `${wordOf(word ?? phrase ?? '', query)} : *`;
  if (range !== undefined) return rangeOf(field, range);
  if (compare !== undefined)
    return compare.replace(
      /^([<>]=?)(.*)$/,
      (_, operator, bound) => `${field} ${operator} ${boundOf(bound)}`,
    );
  if (phrase !== undefined) return `${field} : "${phrase}"`;
  return `${field} : ${wordOf(word!, query)}`;
}

/** `[1 TO 5}` as two comparisons. */
function rangeOf(field: string, range: string): string {
  const [, open, from, to, close] = /^([[{])\s*(\S+)\s+TO\s+(\S+)\s*([\]}])$/.exec(range) ?? [];
  if (from === undefined || to === undefined) throw new NotConvertible(`the range \`${range}\``);
  const parts = [
    ...(from === '*' ? [] : [`${field} ${open === '[' ? '>=' : '>'} ${boundOf(from)}`]),
    ...(to === '*' ? [] : [`${field} ${close === ']' ? '<=' : '<'} ${boundOf(to)}`]),
  ];
  if (parts.length === 0) return `${field} : *`;
  return parts.length === 1 ? parts[0]! : `(${parts.join(' and ')})`;
}

const boundOf = (bound: string) => (/^-?\d+(\.\d+)?$/.test(bound) ? bound : `"${bound.replaceAll('"', '')}"`);

function wordOf(word: string, query: string): string {
  if (/[~^?]|^[+-]|^\/.*\/?$/.test(word.replaceAll(/\\./g, '')))
    throw new NotConvertible(
      `\`${word}\` in the query \`${query}\`: KQL has no fuzzy words, boosts, \`?\`, \`+\`, \`-\` or regular expressions`,
    );
  const plain = word.replaceAll(/\\(.)/g, '$1');
  if (/^[\w.*@/-]+$/.test(plain) && !/^(and|or|not)$/i.test(plain)) return plain;
  return plain.includes('*') ? plain.replace(/[^\w.*@/-]/g, '\\$&') : `"${plain.replaceAll('"', '\\"')}"`;
}
