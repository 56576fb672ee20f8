import { type Clause, type Member, maxNesting, type Occurrence, SyntaxProblem, special } from './clauses.ts';

type Conjunction = 'and' | 'or' | undefined;

/**
 * Lucene's classic query parser, by recursive descent: `field:word`, phrases, ranges, groups,
 * AND/OR/NOT, `+`/`-`, wildcards, regular expressions, boosts.
 *
 * AND and OR have no precedence: they mark their neighbours as required or optional, exactly as
 * Lucene's parser does. An instance parses one text once. O(length), except that each word looks
 * ahead 200 characters at the most.
 */
export class LuceneSyntax {
  readonly #text: string;
  readonly #operator: 'and' | 'or';
  #at = 0;
  #depth = 0;

  constructor(text: string, operator: 'and' | 'or') {
    this.#text = text;
    this.#operator = operator;
  }

  /**
   * Parses the whole text.
   * @throws SyntaxProblem
   */
  parse(): Clause {
    const group = this.#group(undefined);
    if (this.#at < this.#text.length) this.#fail();
    return group;
  }

  #fail(): never {
    const found = this.#at < this.#text.length ? `"${this.#text[this.#at]}"` : '<EOF>';
    throw new SyntaxProblem(`Encountered ${found} at column ${this.#at}.`);
  }

  #skip(): void {
    while (/[ \t\n\r\u3000]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #takeWord(word: string): boolean {
    const after = this.#text[this.#at + word.length];
    if (after !== undefined && !/[ \t\n\r(+\-!"]/.test(after)) return false;
    return this.#take(word);
  }

  #conjunction(): Conjunction {
    this.#skip();
    if (this.#takeWord('AND') || this.#take('&&')) return 'and';
    return this.#takeWord('OR') || this.#take('||') ? 'or' : undefined;
  }

  #modifier(): 'required' | 'not' | undefined {
    this.#skip();
    if (this.#take('+')) return 'required';
    return this.#take('-') || this.#take('!') || this.#takeWord('NOT') ? 'not' : undefined;
  }

  #group(field: string | undefined): Clause {
    if (++this.#depth > maxNesting) throw new SyntaxProblem('too many nested parentheses');
    const members: Member[] = [];
    for (;;) {
      const conjunction = this.#conjunction();
      if (conjunction && members.length === 0) this.#fail();
      const modifier = this.#modifier();
      this.#skip();
      if (this.#at >= this.#text.length || this.#text[this.#at] === ')') {
        if (conjunction || modifier) this.#fail();
        break;
      }
      const start = this.#at;
      const clause = this.#clause(field);
      const isBare =
        !conjunction &&
        !modifier &&
        clause.kind === 'word' &&
        clause.text === this.#text.slice(start, this.#at);
      this.#join(members, isBare ? this.#absorb(clause) : clause, conjunction, modifier);
    }
    this.#depth--;
    return { kind: 'group', members, boost: 1 };
  }

  /** Joins plain words in a row to one text: a keyword compares it as a whole, text by its tokens. */
  #absorb(first: Extract<Clause, { kind: 'word' }>): Clause {
    for (let { text } = first; ; ) {
      if (!this.#wordFollows(this.#at)) return { ...first, text };
      const start = this.#at;
      const next = this.#word(undefined);
      if (next.kind === 'word' && !this.#isBound(this.#at)) text += ` ${next.text}`;
      else {
        this.#at = start;
        return { ...first, text };
      }
    }
  }

  /** Moves to the next clause and returns whether it starts like a plain word. */
  #wordFollows(before: number): boolean {
    if (this.#isBound(before)) return false;
    this.#skip();
    const rest = this.#text.slice(this.#at, this.#at + 4);
    if (this.#at === before || rest === '') return false;
    return !/^(?:&&|\|\||[+\-!():^[\]"{}~/<>=]|(?:AND|OR|NOT)(?:[\s(+\-!"]|$))/.test(rest);
  }

  /** Whether the word that ends here is a field's name, or has a boost or an operator. */
  #isBound(at: number): boolean {
    return /^(?:[:^~*]|\s*(?:&&|\|\||(?:AND|OR)(?:[\s(+\-!"]|$)))/.test(this.#text.slice(at, at + 200));
  }

  /** AND makes both neighbours required; OR makes them optional where AND is the default. */
  #join(members: Member[], clause: Clause, conjunction: Conjunction, modifier: string | undefined): void {
    const last = members.at(-1);
    if (last && last.occurs !== 'mustNot') {
      if (conjunction === 'and') last.occurs = 'must';
      else if (conjunction === 'or' && this.#operator === 'and') last.occurs = 'should';
    }
    let occurs: Occurrence = 'should';
    if (modifier === 'not') occurs = 'mustNot';
    else if (modifier === 'required' || conjunction === 'and') occurs = 'must';
    else if (this.#operator === 'and' && conjunction !== 'or') occurs = 'must';
    members.push({ clause, occurs });
  }

  #clause(inherited: string | undefined): Clause {
    const field = this.#field() ?? inherited;
    this.#skip();
    const char = this.#text[this.#at];
    let clause: Clause;
    if (char === '(') clause = this.#parenthesised(field);
    else if (char === '"') clause = { ...this.#phrase(), field };
    else if (char === '[' || char === '{') clause = { ...this.#range(), field };
    else if (char === '<' || char === '>') clause = { ...this.#comparison(), field };
    else if (char === '/') clause = { kind: 'regexp', text: this.#quoted('/'), field, boost: 1 };
    else clause = this.#word(field);
    if (this.#take('^')) {
      const boost = /^\d+(\.\d+)?/.exec(this.#text.slice(this.#at, this.#at + 20));
      if (!boost) this.#fail();
      this.#at += boost[0].length;
      if (clause.kind !== 'all') clause.boost = Number(boost[0]);
    }
    return clause;
  }

  /** Reads `name:` in front of a clause, with escaped characters. */
  #field(): string | undefined {
    const match = /^(\*|(?:[^\s+\-!():^[\]"{}~\\/<>=&|*?]|\\.|(?<=[^\s(:])[-/&+])+):\s*/su.exec(
      this.#text.slice(this.#at, this.#at + 600),
    );
    if (!match) return undefined;
    this.#at += match[0].length;
    return match[1]!.replace(/\\(.)/gs, '$1');
  }

  #parenthesised(field: string | undefined): Clause {
    this.#at++;
    const group = this.#group(field);
    return this.#take(')') ? group : this.#fail();
  }

  #quoted(quote: string): string {
    let text = '';
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!;
      if (char === quote) {
        this.#at++;
        return text;
      }
      // A regular expression keeps its backslashes, except before its own delimiter.
      if (char === '\\' && this.#at + 1 < this.#text.length) {
        const next = this.#text[++this.#at]!;
        text += quote === '/' && next !== '/' ? `\\${next}` : next;
      } else text += char;
    }
    this.#fail();
  }

  #phrase(): Extract<Clause, { kind: 'phrase' }> {
    const text = this.#quoted('"');
    let slop = 0;
    if (this.#take('~')) {
      const digits = /^\d+/.exec(this.#text.slice(this.#at, this.#at + 10));
      if (digits) this.#at += digits[0].length;
      slop = Number(digits?.[0] ?? 0);
    }
    return { kind: 'phrase', field: undefined, text, slop, boost: 1 };
  }

  #bound(end = /[\s\]}]/): string {
    this.#skip();
    if (this.#text[this.#at] === '"') return this.#quoted('"');
    const start = this.#at;
    while (this.#at < this.#text.length && !end.test(this.#text[this.#at]!)) this.#at++;
    if (start === this.#at) this.#fail();
    return this.#text.slice(start, this.#at).replace(/\\(.)/gs, '$1');
  }

  #range(): Extract<Clause, { kind: 'range' }> {
    const lowOpen = this.#text[this.#at++] === '{';
    const low = this.#bound();
    this.#skip();
    if (!this.#take('TO')) this.#fail();
    const high = this.#bound();
    this.#skip();
    const end = this.#text[this.#at];
    if (end !== ']' && end !== '}') this.#fail();
    this.#at++;
    return { kind: 'range', field: undefined, low, high, lowOpen, highOpen: end === '}', boost: 1 };
  }

  #comparison(): Extract<Clause, { kind: 'range' }> {
    const isGreater = this.#text[this.#at++] === '>';
    const isOpen = !this.#take('=');
    const value = this.#bound(/[\s()]/);
    const [low, high] = isGreater ? [value, '*'] : ['*', value];
    const [lowOpen, highOpen] = [isGreater && isOpen, !isGreater && isOpen];
    return { kind: 'range', field: undefined, low, high, lowOpen, highOpen, boost: 1 };
  }

  #word(field: string | undefined): Clause {
    const start = this.#at;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!;
      // A single `&` or `|` is an ordinary character; a double one is an operator.
      const isLone = '&|'.includes(char) && this.#text[this.#at + 1] !== char;
      const isInner = isLone || ('-+=<>&|'.includes(char) && this.#at > start);
      if (char === '\\') this.#at++;
      else if (special.has(char) && char !== '*' && char !== '?' && !isInner) break;
      this.#at++;
    }
    const raw = this.#text.slice(start, this.#at);
    if (raw === '' || this.#at > this.#text.length) this.#fail();
    if (this.#text[this.#at] === '~')
      throw new SyntaxProblem('fuzzy queries are not supported by this store');
    if (raw === '*' && (field === undefined || field === '*')) return { kind: 'all' };
    if (/(^|[^\\])(\\\\)*[*?]/.test(raw)) return { kind: 'pattern', field, text: raw, boost: 1 };
    return { kind: 'word', field, text: raw.replace(/\\(.)/gs, '$1'), boost: 1 };
  }
}
