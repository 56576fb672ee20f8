import { type ByteWriter, Constant } from './byte-writer.ts';
import { isObject, type JsonObject } from './objects.ts';

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Writes texts that it has as JSON already, such as parts of the received line. */
export interface TextWriter {
  /** Writes a text as JSON, with its quotes. Returns false, and writes nothing, if it does not have it. */
  write(text: string, to: ByteWriter): boolean;
}

const keys = new Map<string, Constant>();
/** Keys come from parsers and from lines; the bound is for those of lines. */
const KEPT = 4096;

/** A key with its colon. */
function keyOf(name: string): Constant {
  let key = keys.get(name);
  if (key === undefined) {
    key = new Constant(`${JSON.stringify(name)}:`);
    if (keys.size >= KEPT) keys.clear();
    keys.set(name, key);
  }
  return key;
}

/** Writes members of an object without its braces, as `JSON.stringify` does. */
export function writeMembers(writer: ByteWriter, object: JsonObject, texts?: TextWriter): void {
  let isFirst = true;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    if (!isFirst) writer.byte(COMMA);
    isFirst = false;
    writer.constant(keyOf(key));
    writeJson(writer, value, texts);
  }
}

/** Writes a value as `JSON.stringify` does. */
export function writeJson(writer: ByteWriter, value: unknown, texts?: TextWriter): void {
  if (typeof value === 'string') {
    if (!texts?.write(value, writer)) writer.string(value);
  } else if (typeof value === 'number') writer.number(value);
  else if (isObject(value)) {
    writer.byte(OPEN_BRACE);
    writeMembers(writer, value, texts);
    writer.byte(CLOSE_BRACE);
  } else writer.text(JSON.stringify(value));
}
