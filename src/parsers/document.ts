import {
  type Additions,
  type ByteWriter,
  Constant,
  ENTRY,
  type EventView,
  type FieldPath,
  fieldPath,
  type Splicer,
} from '../events/index.ts';
import type { FieldValue, Millis } from '../model.ts';
import type { ParsingTelemetry } from '../telemetry/components/parsing.ts';
import { ecsVersion } from '../util/ecs.ts';
import type { Enrichment } from './enrich/enrichment.ts';
import { formatTime, type TimeSource } from './event-time.ts';
import type { FormatChoice } from './line-parser.ts';
import { isPlainTime, writeTime } from './write-time.ts';

/** The fields that name a data stream. */
export interface StreamFields {
  readonly type: string;
  readonly dataset: string;
  readonly namespace: string;
}

/** The fields of a data stream, as members of a document. */
interface StreamMembers {
  ofStream: Constant;
  /** For documents without `event.dataset`. */
  ofEvent: Constant;
}

/** Made once for each stream. */
const madeMembers = new WeakMap<StreamFields, StreamMembers>();

function membersOf(stream: StreamFields): StreamMembers {
  let members = madeMembers.get(stream);
  if (members === undefined) {
    members = {
      ofStream: new Constant(JSON.stringify(stream).slice(1, -1)),
      ofEvent: new Constant(`"dataset":${JSON.stringify(stream.dataset)}`),
    };
    madeMembers.set(stream, members);
  }
  return members;
}

const ecsMember = new Constant(`"version":"${ecsVersion}"`);
const QUOTE = 0x22;
const createdKey = new Constant('"created":');
const timestampPath = fieldPath('@timestamp');
const labelsPath = fieldPath('labels');
const keptKey = new Constant('"timestamp":');
const BRACE = 0x7b;
const eventPath = fieldPath('event');
const ecsVersionPath = fieldPath('ecs.version');
const datasetPath = fieldPath('event.dataset');
const ecsPath = fieldPath('ecs');
const streamPath = fieldPath('data_stream');

/** What is changed in a document beside what its parser found. */
export interface DocumentChanges {
  /** Adds what is only new. Returns false, and adds nothing, where the written document has to be changed. */
  addTo(additions: Additions): boolean;
  /** Changes the document that lies at `[start, out.at)`. */
  apply(out: ByteWriter, start: number): void;
}

/** What a document is made of. */
interface DocumentSource {
  readonly problem: string | undefined;
  readonly view: EventView;
  readonly additions: Additions;
  readonly splicer: Splicer;
  readonly options: { telemetry?: ParsingTelemetry };
  readonly time: Millis;
  /** The time that the event states: another one than `time` where it is ahead of the receipt. */
  readonly statedTime: Millis;
  readonly isAhead: boolean;
  readonly timeSource: TimeSource;
  readonly batch: { readonly receivedAt: Millis };
  readonly dataset: string;
  readonly parseFailure: string | undefined;
  readonly enrichment: Enrichment | undefined;
  readonly changes: DocumentChanges | undefined;
  own(field: string): FieldValue;
  choice(): FormatChoice;
  failureTags(): string[];
  raw(): Buffer;
  hasAt(path: FieldPath): boolean;
}

let receipt = { at: Number.NaN, text: '', ingested: new Constant('') };

/** The receipt of the event's batch as documents have it. The documents of a batch follow each other, so the last one is kept. */
function receiptOf({ batch }: Pick<DocumentSource, 'batch'>): typeof receipt {
  if (batch.receivedAt !== receipt.at) {
    const text = formatTime(batch.receivedAt);
    receipt = { at: batch.receivedAt, text, ingested: new Constant(`"ingested":"${text}"`) };
  }
  return receipt;
}

/** Writes the document for Elasticsearch: one JSON object on one line, without a line break. Counts what could not be parsed. */
export function writeDocument(
  event: DocumentSource,
  out: ByteWriter,
  stream: StreamFields | undefined,
): void {
  if (event.problem === undefined) writeWhole(event, out, stream);
  else out.text(brokenDocument(event, event.problem));
}

function writeWhole(event: DocumentSource, out: ByteWriter, stream: StreamFields | undefined): void {
  const { additions, view } = event;
  additions.clear();
  addTime(event);
  event.choice().format?.addTo(additions);
  event.enrichment?.addTo(additions, event.own);
  additions.constantMembers(eventPath, receiptOf(event).ingested);
  if (!view.hasAt(ecsVersionPath)) additions.constantMembers(ecsPath, ecsMember);
  addFailures(event);
  if (stream !== undefined) addStream(event, stream);
  const start = out.at;
  const areAdded = event.changes?.addTo(additions) ?? true;
  event.splicer.write(view, additions, out);
  if (!areAdded) event.changes?.apply(out, start);
}

function addStream(event: DocumentSource, stream: StreamFields): void {
  const { additions } = event;
  const { ofStream, ofEvent } = membersOf(stream);
  if (additions.has(streamPath)) additions.fields({ data_stream: stream });
  else additions.constantMembers(streamPath, ofStream);
  if (!event.hasAt(datasetPath)) additions.constantMembers(eventPath, ofEvent);
}

/** A time that Elasticsearch's default date format reads for certain stays as the sender wrote it. */
function addTime(event: DocumentSource): void {
  const { additions, timeSource } = event;
  if (event.isAhead) {
    addTimeAs(additions, timestampPath, event.batch.receivedAt);
    addCreated(additions, event.statedTime);
    return;
  }
  const { bytes, entries } = event.view.walker;
  const entry = timeSource === 'receipt' ? -1 : event.view.entryOf(timestampPath);
  const start = entry === -1 ? 0 : entries[entry * ENTRY + 2]! + 1;
  const end = entry === -1 ? 0 : entries[entry * ENTRY + 3]! - 1;
  const isPlain = bytes[start - 1] === QUOTE && isPlainTime(bytes, start, end);
  if (timeSource === 'sender' && isPlain) return;
  addTimeAs(additions, timestampPath, event.time);
  if (timeSource === 'receipt') keepUnreadable(event);
  // The time of the sender is when it read the line.
  if (timeSource !== 'line' || !isPlain) return;
  const writer = additions.begin();
  writer.constant(createdKey);
  writer.span(bytes, start - 1, end + 1);
  additions.endMembers(eventPath, createdKey.id);
}

/** The text that the sender wrote for a time, and that is none, becomes a label: an operator needs it to mend the sender. */
function keepUnreadable({ additions, view }: DocumentSource): void {
  const { bytes, entries } = view.walker;
  const [entry, labels] = [view.entryOf(timestampPath), view.entryOf(labelsPath)];
  const from = entry === -1 ? 0 : entries[entry * ENTRY + 2]!;
  const hasRoom = labels === -1 || bytes[entries[labels * ENTRY + 2]!] === BRACE;
  if (entry === -1 || bytes[from] !== QUOTE || !hasRoom || view.get('labels.timestamp') !== undefined) return;
  const writer = additions.begin();
  writer.constant(keptKey);
  writer.span(bytes, from, entries[entry * ENTRY + 3]!);
  additions.endMembers(labelsPath);
}

function addTimeAs(additions: Additions, path: FieldPath, time: Millis): void {
  const writer = additions.begin();
  writer.byte(QUOTE);
  writeTime(writer, time);
  writer.byte(QUOTE);
  additions.endValue(path);
}

function addCreated(additions: Additions, time: Millis): void {
  const writer = additions.begin();
  writer.constant(createdKey);
  writer.byte(QUOTE);
  writeTime(writer, time);
  writer.byte(QUOTE);
  additions.endMembers(eventPath, createdKey.id);
}

function addFailures(event: DocumentSource): void {
  const { additions, parseFailure, options } = event;
  if (parseFailure !== undefined) {
    additions.fields({ 'error.message': `line not parsed: ${parseFailure}` });
    options.telemetry?.lineNotParsed(event.dataset, parseFailure);
  }
  if (event.timeSource === 'receipt') options.telemetry?.timeNotFound(event.dataset);
  const tags = event.failureTags();
  if (tags.length > 0) addTags(event, tags);
}

/** Tags of several origins, each once; undefined where there are none. */
export function tagsOf(origins: readonly FieldValue[]): FieldValue {
  const tags = origins.flat().filter((tag) => tag !== undefined);
  return tags.length === 0 ? undefined : [...new Set(tags)];
}

function addTags({ additions }: DocumentSource, tags: readonly string[]): void {
  const present = additions.parsed('tags');
  additions.value('tags', JSON.stringify([...new Set([present ?? [], tags].flat())]));
}

/** Bytes that are not an event become a document of their own, for the index of dead letters. */
function brokenDocument(event: DocumentSource, problem: string): string {
  const received = receiptOf(event).text;
  return JSON.stringify({
    '@timestamp': received,
    message: event.raw().toString(),
    event: { kind: 'pipeline_error', ingested: received },
    error: { message: `the event ${problem}` },
    ecs: { version: ecsVersion },
  });
}
