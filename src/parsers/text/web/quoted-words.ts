/** A word, or a text in quotes in which `\"` is a quote. */
const word = /"((?:[^"\\]|\\.)*)"(?= |$)|([^ "][^ ]*)/y;

/** The words of a line, separated by single spaces; undefined for what is left of a line that is cut within quotes. */
export function quotedWords(line: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < line.length; at = word.lastIndex + 1) {
    word.lastIndex = at;
    const match = word.exec(line);
    if (!match) break;
    words.push(match[1]?.replace(/\\(["\\])/g, '$1') ?? match[2]!);
  }
  return words;
}
