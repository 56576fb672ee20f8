import { isUtf8 } from 'node:buffer';
import { isEscaped, longestEscape, putEscaped } from '../events/index.ts';
import type { BatchBuilder } from './batch-builder.ts';

export type JsonObject = { [name: string]: unknown };

/** What an event has of its own, beside the constant fields of its source. `message` is `bytes[from, to)`. */
export interface Message {
  bytes: Buffer;
  from: number;
  to: number;
  /** Place of the event's first byte in its source; absent where the source has no places, as datagrams have none. */
  offset?: number;
  /** `multiline`, `truncated`. */
  flags?: readonly string[];
  /** Event time where the carrier of the line states one, as JSON text without quotes. */
  time?: string;
  /** `stdout` or `stderr`, for containers. */
  stream?: string;
}

const COMMA = 0x2c;
/** Above this length the space for a message is counted instead of taken at its worst. */
const countedFrom = 2 ** 14;
/** Digits of an offset, flags, time and stream. */
const variableParts = 200;

/**
 * Writes events as JSON: constant fields as bytes that were made once, and the message escaped in one pass.
 *
 *     {"@timestamp":"…","log":{"offset":…,…},…,"message":"…"}
 */
export class EventWriter {
  #time = '';
  #head = Buffer.alloc(0);

  /** Sets the time of the events that state none. */
  setTime(iso: string): void {
    if (iso === this.#time) return;
    this.#time = iso;
    this.#head = headOf(iso);
  }

  write(builder: BatchBuilder, constant: ConstantFields, message: Message): void {
    const { from, to } = message;
    if (isUtf8(message.bytes.subarray(from, to))) this.#write(builder, constant, message);
    else {
      const bytes = Buffer.from(message.bytes.toString('utf8', from, to));
      this.#write(builder, constant, { ...message, bytes, from: 0, to: bytes.length });
    }
  }

  /** As `write`, for bytes that are known to be UTF-8. */
  writeUtf8(builder: BatchBuilder, constant: ConstantFields, message: Message): void {
    this.#write(builder, constant, message);
  }

  #write(builder: BatchBuilder, { afterOffset }: ConstantFields, message: Message): void {
    const { bytes: source, from, to, offset, flags, time, stream } = message;
    const bytes = builder.space(variableParts + afterOffset.length + escapedLength(source, from, to));
    let at = put(bytes, time === undefined ? this.#head : headOf(time), builder.at);
    const start = at;
    if (offset !== undefined) at = putNumber(bytes, offset, putText(bytes, offsetName, at));
    if (flags !== undefined && flags.length > 0) at = putText(bytes, `,"flags":${JSON.stringify(flags)}`, at);
    at = put(bytes, afterOffset, at);
    // Without an offset the first member of `log`, whichever it is, has a comma in front.
    if (offset === undefined && bytes[start] === COMMA) {
      bytes.copyWithin(start, start + 1, at);
      at -= 1;
    }
    at = putEscaped(bytes, source, from, to, at);
    at = putText(bytes, stream === undefined ? '"}' : `","stream":"${stream}"}`, at);
    builder.add(at);
  }
}

/** The constant fields of one source, in the form in which they are copied into each of its events. */
export interface ConstantFields {
  /** From behind the offset's digits to the message's first character. */
  afterOffset: Buffer;
}

/** `@timestamp`, `message`, `stream` and `log.offset` are the event's own: fields of these names are left out. */
export function constantFields(fields: JsonObject): ConstantFields {
  const { '@timestamp': _, message: __, stream: ___, log, ...others } = fields;
  const { offset: ____, flags: _____, ...ofLog } = (log ?? {}) as JsonObject;
  const text = `${inner(ofLog)}}${inner(others)},"message":"`;
  return { afterOffset: Buffer.from(text) };
}

/** The members of an object, each behind a comma. */
function inner(object: JsonObject): string {
  const text = JSON.stringify(object).slice(1, -1);
  return text === '' ? '' : `,${text}`;
}

const headOf = (time: string) => Buffer.from(`{"@timestamp":"${time}","log":{`);
const offsetName = '"offset":';

function escapedLength(bytes: Buffer, from: number, to: number): number {
  const length = to - from;
  if (length < countedFrom) return length * longestEscape;
  let escapes = 0;
  for (let i = from; i < to; i += 1) escapes += isEscaped[bytes[i]!]!;
  return length + escapes * (longestEscape - 1);
}

function put(bytes: Buffer, part: Buffer, at: number): number {
  bytes.set(part, at);
  return at + part.length;
}

const putText = (bytes: Buffer, text: string, at: number) => at + bytes.write(text, at, 'utf8');

function putNumber(bytes: Buffer, value: number, at: number): number {
  if (value < 10) {
    bytes[at] = 0x30 + value;
    return at + 1;
  }
  return at + bytes.write(String(value), at, 'latin1');
}
