import type { ByteWriter } from './byte-writer.ts';
import { isObject, type JsonObject } from './objects.ts';

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Writes texts that it has as JSON already, such as parts of the received line. */
export interface TextWriter {
  /** Writes a text as JSON, with its quotes. Returns false, and writes nothing, if it does not have it. */
  write(text: string, to: ByteWriter): boolean;
}

/** Writes members of an object without its braces, as `JSON.stringify` does. */
export function writeMembers(writer: ByteWriter, object: JsonObject, texts: TextWriter | undefined): void {
  if (texts === undefined) {
    writer.text(JSON.stringify(object).slice(1, -1));
    return;
  }
  let isFirst = true;
  for (const key of Object.keys(object)) {
    if (object[key] === undefined) continue;
    if (!isFirst) writer.byte(COMMA);
    isFirst = false;
    writer.text(`${JSON.stringify(key)}:`);
    writeJson(writer, object[key], texts);
  }
}

/** Writes a value as `JSON.stringify` does. */
export function writeJson(writer: ByteWriter, value: unknown, texts: TextWriter | undefined): void {
  if (texts !== undefined && isObject(value)) {
    writer.byte(OPEN_BRACE);
    writeMembers(writer, value, texts);
    writer.byte(CLOSE_BRACE);
  } else if (typeof value !== 'string' || texts === undefined || !texts.write(value, writer))
    writer.text(JSON.stringify(value));
}
