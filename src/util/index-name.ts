/** Characters that Elasticsearch takes in no name of an index, and the colon, which means another cluster. */
const illegal = /[\\/*?"<>|\s,#:]/g;

/** As much of a text as fits into so many bytes of UTF-8, without half a character. */
export function cutToBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  // A byte that goes on with a character begins with the bits 10.
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** Small letters, and nothing that no name may hold: each such character becomes a `_`. */
export function legalCharacters(text: string): string {
  return text.toLowerCase().replace(illegal, '_');
}

/** What keeps a name, or a part of one, from being an index's; undefined where nothing does. */
export function problemInName(name: string): string | undefined {
  if (name !== name.toLowerCase()) return 'has capital letters';
  const [found] = name.match(illegal) ?? [];
  if (found !== undefined) return `has \`${found}\` in it`;
  return undefined;
}

/** What keeps a whole name from being an index's. */
export function problemInIndex(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is empty';
  if (/^[-_+]/.test(name)) return `begins with \`${name[0]}\``;
  if (Buffer.byteLength(name) > 255) return 'is longer than 255 bytes';
  return problemInName(name);
}
