const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  blank: ' \\t',
};

/** Turns what Oniguruma knows and JavaScript does not into what JavaScript knows. */
export function rewrite(source: string): string {
  const known = source
    .replace(/\[\[:(\w+):\]\]/g, (_, name: string) => `[${classes[name] ?? name}]`)
    .replace(/\[:(\w+):\]/g, (whole, name: string) => classes[name] ?? whole)
    .replace(/\[\[([^\]]+)\]/g, '[$1')
    .replace(/\\h/g, '[0-9A-Fa-f]')
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$');
  return atomic(possessive(withoutFlags(known)));
}

const flags = /^\(\?([imx]*)(?:-([imx]+))?([:)])/;

/**
 * Takes out flags: `(?i)` holds to the end of its group, `(?i:X)` for X. A letter without regard to case becomes a class of both. The flag m
 * is that a dot stands for a line break too, as it always does here.
 */
function withoutFlags(source: string): string {
  const outer: boolean[] = [];
  let isFolded = false;
  let isInClass = false;
  let result = '';
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at]!;
    const isGroup = character === '(' && !isInClass;
    const named = /^(?:\(\?<[A-Za-z_[][^>]*>|\\k<[^>]+>|\\.)/s.exec(source.slice(at, at + 200))?.[0];
    const [whole, on, off, end] = (isGroup && flags.exec(source.slice(at, at + 20))) || [];
    const isFlagged = whole !== undefined && whole !== '(?:';
    if (isGroup && end !== ')') outer.push(isFolded);
    if (isFlagged) {
      isFolded = on!.includes('i') || (isFolded && !off?.includes('i'));
      result += end === ':' ? '(?:' : '';
      at += whole.length - 1;
    } else if (named !== undefined && (isGroup || character === '\\')) {
      result += named;
      at += named.length - 1;
    } else {
      if (character === ')' && !isInClass) isFolded = outer.pop() ?? false;
      if (isInClass) isInClass = character !== ']';
      else if (character === '[') isInClass = true;
      const range = isInClass ? /^[A-Za-z]-[A-Za-z]/.exec(source.slice(at, at + 3))?.[0] : undefined;
      result += isFolded ? folded(range ?? character, isInClass) : character;
      if (isFolded && range !== undefined) at += 2;
    }
  }
  return result;
}

/** A letter, or a range of letters, in both cases. */
function folded(letters: string, isInClass: boolean): string {
  if (!/[A-Za-z]/.test(letters)) return letters;
  const both = letters.toLowerCase() + letters.toUpperCase();
  return isInClass ? both : `[${both}]`;
}

/** `X++` and `X*+` become atomic groups around `X+` and `X*`, where X is one character, class or escape. */
const possessive = (source: string) =>
  source.replace(
    /(\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^()|\\[\]{}*+?])(?:([*+])\+)?/g,
    (_, one: string, quantifier?: string) => (quantifier === undefined ? one : `(?>${one}${quantifier})`),
  );

/**
 * Emulates atomic groups: `(?>X)` becomes `(?:(?=(?<aN>X))\k<aN>)`. A look-ahead is not entered again, so what it matched stays. Dropped
 * instead, a line that breaks off within quotes takes exponential time.
 */
function atomic(source: string): string {
  let text = source;
  for (let count = 0; ; count += 1) {
    const at = text.lastIndexOf('(?>');
    if (at === -1) return text;
    const end = closingOf(text, at);
    const inner = text.slice(at + 3, end);
    text = `${text.slice(0, at)}(?:(?=(?<atomic${count}>${inner}))\\k<atomic${count}>)${text.slice(end + 1)}`;
  }
}

function closingOf(text: string, open: number): number {
  let depth = 0;
  let inClass = false;
  for (let at = open; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
}

/** What a group of an expression captures: the group's number, and the name that the expression gives it. */
interface NamedGroup {
  number: number;
  name: string;
}

/**
 * Takes the names out of an expression: `(?<name>X)` becomes `(X)`, and `\k<name>` the number of the group. With names, V8 makes an object of
 * all of them for each match, which costs more than the match. Groups that are neither named nor referred to by number no longer capture.
 */
export function withoutNames(source: string): { source: string; groups: NamedGroup[] } {
  const isNumbered = /\\[1-9]/.test(source.replace(/\\\\/g, ''));
  const groups: NamedGroup[] = [];
  const numbers = new Map<string, number>();
  let count = 0;
  let isInClass = false;
  let result = '';
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at]!;
    if (character === '\\') {
      const referred = isInClass ? undefined : /^\\k<([^>]+)>/.exec(source.slice(at, at + 200))?.[1];
      const number = referred === undefined ? undefined : numbers.get(referred);
      result += number === undefined ? source.slice(at, at + 2) : `(?:\\${number})`;
      at += number === undefined ? 1 : referred!.length + 3;
      continue;
    }
    result += character;
    if (isInClass) isInClass = character !== ']';
    else if (character === '[') isInClass = true;
    else if (character === '(') {
      const name = /^\(\?<([A-Za-z_][\w.@-]*|\[[^>]+\])>/.exec(source.slice(at, at + 200))?.[1];
      if (name !== undefined) {
        count += 1;
        groups.push({ number: count, name });
        if (!numbers.has(name)) numbers.set(name, count);
        at += name.length + 3;
      } else if (source[at + 1] !== '?') {
        if (isNumbered) count += 1;
        else result += '?:';
      }
    }
  }
  return { source: result, groups };
}
