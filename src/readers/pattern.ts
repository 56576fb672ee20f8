import type { Fields, FieldValue, Millis } from '../model.ts';
import { formatDate, type PatternPiece, piecesOf } from '../util/field-pattern.ts';

/** The event from which a pattern is filled, with its `@metadata`. */
export interface Named extends Fields {
  readonly time: Millis;
  metadata(name: string): FieldValue;
}

/** A piece of a pattern: its text, and its value for an event; undefined where the event lacks the field. */
interface Part {
  text: string;
  of: (event: Named) => string | undefined;
}

/** Maximum length in bytes of a filled pattern: the limit of Elasticsearch for an id. */
const longest = 512;

/** Undefined where the event lacks a field of the pattern, or the text is empty or too long. */
export function patternOf(pattern: string): (event: Named) => string | undefined {
  const parts = partsOf(pattern);
  return (event) => {
    let text = '';
    for (const part of parts) {
      const filled = part.of(event);
      if (filled === undefined) return undefined;
      text += filled;
    }
    return text === '' || Buffer.byteLength(text) > longest ? undefined : text;
  };
}

/** What fills each piece of a pattern (`src/util/field-pattern.ts`). */
export function partsOf(pattern: string): Part[] {
  return piecesOf(pattern).map((piece) => ({ text: piece.text, of: filling(piece) }));
}

function filling(piece: PatternPiece): Part['of'] {
  if (piece.kind === 'text') return () => piece.text;
  if (piece.kind === 'date') return (event) => formatDate(event.time, piece.format);
  const { path, otherwise } = piece;
  const [first, ...rest] = path;
  const name = (first === '@metadata' ? rest : path).join('.');
  const valueIn = (event: Named) => (first === '@metadata' ? event.metadata(name) : event.get(name));
  return (event) => textOf(valueIn(event)) ?? otherwise;
}

export function textOf(value: FieldValue): string | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined || one === null || one === '' ? undefined : String(one);
}
