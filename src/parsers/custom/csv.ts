/** Splits a line of comma-separated values (RFC 4180). A value in quotes may contain delimiters and, doubled, quotes; undefined if it does not end. */
export function splitCsv(line: string, delimiter: string): string[] | undefined {
  const values: string[] = [];
  for (let at = 0; ; ) {
    const isQuoted = line[at] === '"';
    const end = isQuoted ? quotedEnd(line, at + 1) : line.indexOf(delimiter, at);
    if (isQuoted && end === -1) return undefined;
    const stop = end === -1 ? line.length : end;
    values.push(isQuoted ? line.slice(at + 1, stop).replaceAll('""', '"') : line.slice(at, stop));
    const next = isQuoted ? stop + 1 : stop;
    if (next >= line.length) return values;
    // Text behind a closing quote belongs to no value.
    const delimiterAt = line.indexOf(delimiter, next);
    if (delimiterAt === -1) return values;
    at = delimiterAt + delimiter.length;
  }
}

function quotedEnd(line: string, from: number): number {
  let at = line.indexOf('"', from);
  while (at !== -1 && line[at + 1] === '"') at = line.indexOf('"', at + 2);
  return at;
}
