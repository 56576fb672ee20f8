import { fieldName, NotConvertible } from './elastalert-values.ts';

/** Words of a query in Lucene's syntax: a field with its value, a quoted text, a parenthesis, an operator. */
const token =
  /\s*(?:(?<open>\()|(?<close>\))|(?<and>AND\b|&&)|(?<or>OR\b|\|\|)|(?<not>NOT\b|!|-)|(?<must>\+)|(?<field>[\w@.*\\][\w@.*\\-]*)\s*:\s*(?:(?<range>[[{][^\]}]*[\]}])|(?<compare>[<>]=?[^\s()]+)|"(?<phrase>(?:[^"\\]|\\.)*)"|(?<group>\()|(?<word>(?:[^\s()"\\[\]{}]|\\.)+))|"(?<text>(?:[^"\\]|\\.)*)"|(?<bare>(?:[^\s()"\\:[\]{}]|\\.)+))\s*/y;

type Groups = Record<string, string | undefined>;

/** What joins terms without an operator, and the field of words without one. */
interface LuceneDefaults {
  operator?: 'and' | 'or';
  field?: string;
}

/** A term or a parenthesis. */
interface Clause {
  kql: string;
  /** The same behind the name of its field and a colon, where KQL can say it so. */
  value?: string;
  /** A clause that only should match counts where none must. */
  occurs: 'must' | 'should' | 'not';
}

/**
 * A query of `query_string` as KQL. Lucene knows no precedence of operators: AND makes the clauses beside it necessary, NOT excludes one,
 * and what is left should match, which selects nothing beside necessary clauses. Throws `NotConvertible` for what KQL has no counterpart
 * of: fuzzy words, boosts, distances, regular expressions.
 */
export function luceneToKql(query: string, defaults: LuceneDefaults = {}): string {
  if (['', '*', '*:*'].includes(query.trim())) return '';
  const reader = new Reader(query, defaults.operator ?? 'or');
  const clauses = reader.clauses(defaults.field);
  if (!reader.isDone) throw reader.failure();
  return joined(clauses, 'kql');
}

class Reader {
  readonly #query: string;
  readonly #operator: 'and' | 'or';
  #at = 0;
  /** The next word, and where it ends; it is read once. */
  #word: Groups = {};
  #end = 0;

  constructor(query: string, operator: 'and' | 'or') {
    this.#query = query;
    this.#operator = operator;
    this.#read();
  }

  get isDone(): boolean {
    return this.#at === this.#query.length;
  }

  failure(): NotConvertible {
    const rest = this.#query.slice(this.#at, this.#at + 20);
    return new NotConvertible(`the query \`${this.#query}\` from \`${rest}\` on`);
  }

  /** All clauses to the end or to a closing parenthesis, of words in that field. */
  clauses(field: string | undefined): Clause[] {
    const found: Clause[] = [];
    while (!this.isDone && this.#next().close === undefined) {
      const groups = this.#next();
      const joins = groups.and !== undefined || groups.or !== undefined;
      if (joins && found.length === 0) throw this.failure();
      if (joins) this.#take();
      const isAnd = groups.and !== undefined || (this.#operator === 'and' && groups.or === undefined);
      const last = found.at(-1);
      if (last !== undefined && last.occurs !== 'not' && joins)
        last.occurs = groups.and !== undefined ? 'must' : this.#operator === 'and' ? 'should' : last.occurs;
      found.push(this.#clause(field, isAnd));
    }
    if (found.length === 0) throw this.failure();
    return found;
  }

  #clause(field: string | undefined, isAnd: boolean): Clause {
    const modifier = this.#next();
    const hasModifier = modifier.not !== undefined || modifier.must !== undefined;
    if (hasModifier) this.#take();
    const groups = hasModifier ? this.#next() : modifier;
    const occurs =
      modifier.not !== undefined ? 'not' : isAnd || modifier.must !== undefined ? 'must' : 'should';
    const isGroup = groups.open !== undefined || groups.group !== undefined;
    if (!isGroup && (groups.field ?? groups.text ?? groups.bare) === undefined) throw this.failure();
    this.#take();
    if (!isGroup) return { ...termOf(groups, field, this.#query), occurs };
    const own = groups.field === undefined ? undefined : fieldIn(groups);
    const inner = this.clauses(own ?? field);
    if (this.#next().close === undefined) throw this.failure();
    this.#take();
    const value = inner.every((one) => one.value !== undefined) ? `(${joined(inner, 'value')})` : undefined;
    if (own === undefined)
      return { kql: `(${joined(inner, 'kql')})`, ...(value !== undefined && { value }), occurs };
    return { kql: value === undefined ? `(${joined(inner, 'kql')})` : `${own} : ${value}`, occurs };
  }

  /** The next word, which stays; nothing at the end. */
  #next(): Groups {
    if (this.#end === 0) throw this.failure();
    return this.#word;
  }

  #take(): void {
    this.#at = this.#end;
    this.#read();
  }

  #read(): void {
    if (this.isDone) {
      this.#word = {};
      return;
    }
    token.lastIndex = this.#at;
    this.#word = token.exec(this.#query)?.groups ?? {};
    this.#end = token.lastIndex;
  }
}

function joined(clauses: readonly Clause[], by: 'kql' | 'value'): string {
  const of = (occurs: Clause['occurs']) =>
    clauses.filter((one) => one.occurs === occurs).map((one) => one[by]!);
  const [must, should, not] = [of('must'), of('should'), of('not').map((one) => `not ${one}`)];
  if (must.length > 0) return [...must, ...not].join(' and ');
  const some = should.join(' or ');
  if (not.length === 0) return some;
  return [...(should.length > 1 ? [`(${some})`] : should), ...not].join(' and ');
}

const fieldIn = ({ field = '' }: Groups) => fieldName(field.replaceAll('\\', ''));

const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const unescaped = (text: string) => text.replaceAll(/\\(.)/g, '$1');

/** A term. One without a field is one of `around`. */
function termOf(groups: Groups, around: string | undefined, query: string): Pick<Clause, 'kql' | 'value'> {
  const { range, compare, phrase, word, text, bare } = groups;
  const isCompared = bare !== undefined && /^[<>]/.test(bare);
  if ((text !== undefined || bare !== undefined) && !isCompared) {
    const value = text === undefined ? wordOf(bare!, query) : quoted(unescaped(text));
    return { kql: around === undefined ? value : `${around} : ${value}`, value };
  }
  const field = isCompared ? around : fieldIn(groups);
  if (field === undefined) throw new NotConvertible(`\`${bare}\` without a field in the query \`${query}\``);
  if (field === '_exists_') return { kql: `${fieldName(wordOf(word ?? phrase ?? '', query))} : *` };
  if (range !== undefined) return { kql: rangeOf(field, range) };
  const [, operator, bound] = /^([<>]=?)(.+)$/.exec(compare ?? (isCompared ? bare : '')) ?? [];
  if (bound !== undefined) return { kql: `${field} ${operator} ${boundOf(bound)}` };
  return { kql: `${field} : ${phrase === undefined ? wordOf(word!, query) : quoted(unescaped(phrase))}` };
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
  const unquoted = word.replaceAll(/\\./g, '');
  if (/[~^?]|^\/.*\/?$/.test(unquoted))
    throw new NotConvertible(
      `\`${word}\` in the query \`${query}\`: KQL has no fuzzy words, boosts, \`?\` or regular expressions`,
    );
  const plain = unescaped(word);
  if (!unquoted.includes('*'))
    return /^[\w.@/-]+$/.test(plain) && !/^(and|or|not)$/i.test(plain) ? plain : quoted(plain);
  return word.replaceAll(/\\(.)|[^\w.*@/-]/g, (sign, escaped?: string) =>
    /^[\w.@/-]$/.test(escaped ?? '') ? escaped! : `\\${escaped ?? sign}`,
  );
}
