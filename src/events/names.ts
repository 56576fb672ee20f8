const patterns = new Map<string, RegExp>();

/** A field name pattern with `*` for any characters. Patterns come from configuration and are few. */
export function namePattern(pattern: string): RegExp {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    const literal = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
    compiled = new RegExp(`^${literal.join('[^]*')}$`);
    patterns.set(pattern, compiled);
  }
  return compiled;
}
