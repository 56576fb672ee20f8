import { isAbsolute, join, resolve, sep } from 'node:path';
import picomatch from 'picomatch';

/** A pattern of paths, as directories are searched by it. */
export interface PathPattern {
  text: string;
  /** The directory below which everything lies that matches. */
  base: string;
  /** Whether it names one file. */
  isLiteral: boolean;
  matches: (path: string) => boolean;
  /** Whether files that match may lie below a directory. */
  mayHold: (directory: string) => boolean;
}

const options = { dot: true, nonegate: true };

/** Patterns may hold `*`, `?`, `[…]`, `{a,b}` and `**` for any number of directories. Relative ones begin at the working folder. */
export function pathPattern(text: string): PathPattern {
  const absolute = isAbsolute(text) ? text : join(resolve('.'), text);
  const { base, glob } = picomatch.scan(absolute, options);
  const matcher = picomatch(absolute, options);
  if (glob === '') {
    const path = resolve(absolute);
    const base = resolve(path, '..');
    return { text, base, isLiteral: true, matches: (one) => one === path, mayHold: (one) => one === base };
  }
  return {
    text,
    base: resolve(base),
    isLiteral: false,
    matches: matcher,
    mayHold: holder(resolve(base), glob),
  };
}

/** A brace may hold a separator, so such patterns are searched through whatever the directories are called. */
function holder(base: string, glob: string): (directory: string) => boolean {
  const segments = glob.split('/');
  const open = segments.findIndex((segment) => segment.includes('**') || segment.includes('{'));
  const fixed = open === -1 ? segments.slice(0, -1) : segments.slice(0, open);
  const matchers = fixed.map((segment) => picomatch(segment, options));
  return (directory) => {
    if (directory === base) return true;
    const names = directory.slice(base.length + (base.endsWith(sep) ? 0 : 1)).split(sep);
    if (open === -1 && names.length > fixed.length) return false;
    return names.every((name, index) => matchers[index]?.(name) ?? true);
  };
}
