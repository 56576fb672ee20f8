import { type JsonObject, splice } from '../events/index.ts';
import type { ReadEvent } from './event.ts';
import { formatTime } from './timestamp.ts';

/** What others add to a document: tags of theirs, and fields by name (dotted or nested), which win. */
export interface DocumentExtra {
  tags?: readonly string[];
  fields?: JsonObject;
}

/** The version of the Elastic Common Schema that documents follow whose shipper names none. */
const ECS_VERSION = '8.17.0';

export function writeDocument(event: ReadEvent, extra: DocumentExtra | undefined): string {
  if (event.problem !== undefined) return brokenDocument(event, event.problem);
  const { additions, view } = event;
  additions.clear();
  addTime(event);
  event.choice().format?.addTo(additions);
  additions.members('event', `"ingested":"${event.received}"`);
  if (!view.has('ecs.version')) additions.members('ecs', `"version":"${ECS_VERSION}"`);
  addFailures(event);
  if (extra?.tags !== undefined && extra.tags.length > 0) addTags(event, extra.tags);
  if (extra?.fields !== undefined) additions.fields(extra.fields);
  return splice(view, additions);
}

/** Only what Elasticsearch's default date format surely reads stays as the sender wrote it. */
const plainTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

function addTime(event: ReadEvent): void {
  const { additions } = event;
  const sent = event.view.get('@timestamp');
  const isPlain = typeof sent === 'string' && plainTime.test(sent);
  if (event.timeSource === 'sender' && isPlain) return;
  additions.value('@timestamp', `"${formatTime(event.time)}"`);
  // The sender's time is when it read the line.
  if (event.timeSource === 'line' && isPlain) additions.members('event', `"created":"${sent}"`);
}

function addFailures(event: ReadEvent): void {
  const { additions, parseFailure, options } = event;
  if (parseFailure !== undefined) {
    additions.fields({ 'error.message': `line not parsed: ${parseFailure}` });
    options.telemetry?.lineNotParsed(event.dataset, parseFailure);
  }
  if (event.timeSource === 'receipt') options.telemetry?.timeNotFound(event.dataset);
  const tags = event.failureTags();
  if (tags.length > 0) addTags(event, tags);
}

function addTags({ additions }: ReadEvent, tags: readonly string[]): void {
  const present = additions.parsed('tags');
  additions.value('tags', JSON.stringify([...new Set([present ?? [], tags].flat())]));
}

/** Bytes that are no event make a document of their own, for whoever indexes dead letters. */
function brokenDocument(event: ReadEvent, problem: string): string {
  const { received } = event;
  return JSON.stringify({
    '@timestamp': received,
    message: event.raw().toString(),
    event: { kind: 'pipeline_error', ingested: received },
    error: { message: `the event ${problem}` },
    ecs: { version: ECS_VERSION },
  });
}
