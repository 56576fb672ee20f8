/** What a pattern with `*` in it stands for. Made of pieces, not of a regular expression: see `glob`. */
export interface NamePattern {
  test(name: string): boolean;
}

/** A pattern in which `*` stands for any characters, and nothing else is special. */
export function starPattern(pattern: string): NamePattern {
  return { test: glob(pattern.split('*')) };
}

/**
 * Matches a whole text against the pieces between wildcards, greedily from the left. Patterns come from requests and
 * names from senders; as a regular expression, `*a*a*a*` would take a time that grows with the power of its stars.
 */
export function glob(parts: string[]): (text: string) => boolean {
  if (parts.length === 1) return (text) => text === parts[0];
  const head = parts[0]!;
  const tail = parts.at(-1)!;
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  return (text) => {
    if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail))
      return false;
    let at = head.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at + tail.length <= text.length;
  };
}
