import { isUtf8 } from 'node:buffer';
import type { KafkaMessage } from 'kafkajs';
import type { BatchBuilder } from '../batch-builder.ts';
import type { EventMaker, Extras } from '../documents/event-maker.ts';

const OPEN_BRACE = 0x7b;
/** Bytes of a key or a header that are shown; longer ones are left out. */
const mostShown = 1024;
/** A key that both members of Kafka Connect's envelope begin with, which rules out nearly all other objects. */
const schemaKey = Buffer.from('"schema"');
const payloadKey = Buffer.from('"payload"');

/**
 * Adds a message to the batch as an event: a JSON object as Filebeat and Logstash write it, the payload of Kafka Connect's JSON
 * converter, or a line. Returns false for a message without a value, which is a mark of deletion and no event.
 */
export function addMessage(
  builder: BatchBuilder,
  maker: EventMaker,
  topic: string,
  partition: number,
  message: KafkaMessage,
): boolean {
  const value = message.value === null ? undefined : payloadOf(message.value);
  if (value === undefined || value.length === 0) return false;
  const extras = extrasOf(topic, partition, message);
  const isObject = value[firstOf(value)] === OPEN_BRACE;
  // What begins like an object and is none is a line.
  if (!isObject || maker.document(builder, value, 0, value.length, extras) !== undefined)
    maker.line(builder, value, 0, endOf(value), extras);
  return true;
}

function firstOf(value: Buffer): number {
  let at = 0;
  while (at < value.length && value[at]! <= 0x20) at += 1;
  return at;
}

/** A producer of lines may have sent their ends. */
function endOf(value: Buffer): number {
  let end = value.length;
  while (end > 0 && (value[end - 1] === 0x0a || value[end - 1] === 0x0d)) end -= 1;
  return end;
}

/** The value without the envelope `{"schema":…,"payload":…}`. */
function payloadOf(value: Buffer): Buffer | undefined {
  if (value[0] !== OPEN_BRACE || !value.includes(schemaKey) || !value.includes(payloadKey)) return value;
  const { payload, schema, ...others } = parsed(value);
  if (schema === undefined || payload === undefined || Object.keys(others).length > 0) return value;
  if (payload === null) return undefined;
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
}

function parsed(value: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(value.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** `kafka.*` as Filebeat's input writes it. A line has the time at which its producer sent it. */
function extrasOf(
  topic: string,
  partition: number,
  { key, headers, offset, timestamp }: KafkaMessage,
): Extras {
  const shownHeaders = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${textOf(Buffer.from(one)) ?? ''}`),
  );
  const shownKey = key === null ? undefined : textOf(key);
  const kafka = {
    ...{ topic, partition, offset: Number(offset) },
    ...(shownKey !== undefined && shownKey !== '' && { key: shownKey }),
    ...(shownHeaders.length > 0 && { headers: shownHeaders }),
  };
  const sent = Number(timestamp);
  return {
    index: topic,
    members: { kafka: JSON.stringify(kafka) },
    ...(sent > 0 && sent < latest && { time: new Date(sent).toISOString() }),
  };
}

/** Up to here a time has four digits of its year. */
const latest = Date.UTC(9999, 0);

const textOf = (bytes: Buffer) => (bytes.length <= mostShown && isUtf8(bytes) ? bytes.toString() : undefined);
