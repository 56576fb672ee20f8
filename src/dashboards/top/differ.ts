/**
 * Writes a screen with as few bytes as the change from the last one needs: lines that are the same are left alone. A resize draws
 * everything anew.
 */
export class Differ {
  #shown: string[] = [];

  /** What to write so that the terminal shows `lines`. */
  draw(lines: readonly string[]): string {
    const isSameSize = lines.length === this.#shown.length;
    const changed = lines.flatMap((line, row) =>
      isSameSize && line === this.#shown[row] ? [] : [`\u001b[${row + 1};1H${line}\u001b[K`],
    );
    this.#shown = [...lines];
    return `${isSameSize ? '' : '\u001b[2J'}${changed.join('')}`;
  }

  /** The next screen is drawn completely. */
  forget(): void {
    this.#shown = [];
  }
}
