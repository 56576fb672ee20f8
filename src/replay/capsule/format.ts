import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { Analysis } from '../../engine/analysis.ts';
import { LogboomError, messageOf } from '../../errors.ts';

const record = z.union([
  z.strictObject({ kind: z.literal('tick'), position: z.number(), receivedAt: z.number() }),
  z.strictObject({
    kind: z.literal('events'),
    position: z.number(),
    receivedAt: z.number(),
    encoding: z.enum(['lumberjack', 'ndjson', 'lines']),
    origin: z.looseObject({ input: z.string(), connection: z.string(), address: z.string() }),
    /** Each event as JSON text. */
    events: z.array(z.string()),
  }),
]);

const schema = z.strictObject({
  /** Version of the format. */
  capsule: z.literal(1),
  /** The logboom that wrote it. */
  version: z.string(),
  /** The alert that it is about; with masked addresses its id is another one. */
  alert: z.string(),
  masked: z.array(z.enum(['secrets', 'addresses'])),
  /** Rules, parsers and times. */
  analysis: z.custom<Analysis>((value) => typeof value === 'object' && value !== null),
  records: z.array(record),
  /** The transition log of the rules on the records, line by line. */
  expected: z.array(z.string()),
});

/** One incident in one file: a slice of the journal, the rules, and what they made of it. */
export type Capsule = z.infer<typeof schema>;
export type CapsuleRecord = Capsule['records'][number];

/** Writes a capsule as JSON, compressed by gzip where the name ends in `.gz`. Throws where the file cannot be written. */
export function writeCapsule(path: string, capsule: Capsule): void {
  const text = `${JSON.stringify(capsule)}\n`;
  // The file holds log lines, so only its owner may read it.
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(text) : text, { mode: 0o600 });
}

/** Throws `INPUT_UNREADABLE` where the file is no capsule that this version reads. */
export function readCapsule(path: string): Capsule {
  const refuse = (reason: string) =>
    new LogboomError('INPUT_UNREADABLE', `${path} is not a capsule: ${reason}.`);
  let content: unknown;
  try {
    const bytes = readFileSync(path);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    content = JSON.parse((isGzip ? gunzipSync(bytes) : bytes).toString());
  } catch (cause) {
    throw refuse(messageOf(cause));
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`${issue!.path.join('.') || 'its content'}: ${issue!.message}`);
}
