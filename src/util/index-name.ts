/** Characters that Elasticsearch takes in no name of an index, and the colon, which means another cluster. */
const illegal = /[\\/*?"<>|\s,#:]/g;

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
