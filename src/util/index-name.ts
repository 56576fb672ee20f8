/** Characters that Elasticsearch does not allow in index names, and the colon, which denotes another cluster. */
const illegal = /[\\/*?"<>|\s,#:]/g;

/** Makes a text legal as a part of an index name: lower case, with `_` for each illegal character. */
export function legalCharacters(text: string): string {
  return text.toLowerCase().replace(illegal, '_');
}

/** Why a text cannot be a part of an index name, in words; undefined if it can. */
export function problemInName(name: string): string | undefined {
  if (name !== name.toLowerCase()) return 'has capital letters';
  const [found] = name.match(illegal) ?? [];
  if (found !== undefined) return `has \`${found}\` in it`;
  return undefined;
}

/** Why a text cannot be an index name, in words; undefined if it can. */
export function problemInIndex(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is empty';
  if (/^[-_+]/.test(name)) return `begins with \`${name[0]}\``;
  if (Buffer.byteLength(name) > 255) return 'is longer than 255 bytes';
  return problemInName(name);
}
