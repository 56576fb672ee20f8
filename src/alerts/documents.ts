import type { IndexingConfig } from '../config/schema/outputs.ts';
import {
  type BulkItem,
  beganAt,
  decidedAt,
  type Episode,
  type Handling,
  type Millis,
  type Output,
  type Scalar,
  type Transition,
  type WindowResult,
} from '../model.ts';
import { idOf } from './episode-writer.ts';

type Names = Pick<IndexingConfig, 'alerts' | 'namespace'>;
type Document = Record<string, unknown>;

const ecsVersion = '8.11.0';

/** What people and noise control did with an episode. */
type HandlingOf = (episode: string) => Handling | undefined;

/** Revisions of the handling between two revisions of the episode. */
const mostHandlings = 2 ** 16;

/** The document of an output; undefined for messages, which go to people. Ids follow from the output alone. */
export function outputItem(
  output: Output,
  { indexing }: { indexing: Names },
  handlingOf: HandlingOf = () => undefined,
): BulkItem | undefined {
  switch (output.kind) {
    case 'window':
      return windowItem(output.window, indexing);
    case 'transition':
      return transitionItem(output.transition, indexing);
    case 'episode':
      return episodeItem(output.episode, indexing, handlingOf(output.episode.id));
    case 'notification':
      return undefined;
  }
}

/**
 * Updated in place. The version keeps an older state, tried again late, from replacing a newer one: it is that of the episode, and
 * within that the revision of the handling.
 */
function episodeItem(episode: Episode, { alerts }: Pick<Names, 'alerts'>, handling?: Handling): BulkItem {
  const { id, revision } = episode;
  const handled = Math.min(handling?.revision ?? 0, mostHandlings - 1);
  return {
    action: 'index',
    index: alerts,
    id,
    version: revision * mostHandlings + handled,
    document: JSON.stringify(episodeDocument(episode, handling)),
  };
}

function transitionItem(transition: Transition, { namespace }: Pick<Names, 'namespace'>): BulkItem {
  const stream = streamOf('logs', 'logboom.alerts', namespace);
  const document = withFields(transition.by, {
    ...stream.fields,
    ...transitionDocument(transition, stream.dataset),
  });
  return { action: 'create', index: stream.index, id: transition.id, document: JSON.stringify(document) };
}

function windowItem(window: WindowResult, { namespace }: Pick<Names, 'namespace'>): BulkItem {
  const stream = streamOf('metrics', 'logboom.windows', namespace);
  const document = withFields(window.by, { ...stream.fields, ...windowDocument(window, stream.dataset) });
  const id = idOf(window.rule, window.group, window.end);
  const item = { index: stream.index, id, document: JSON.stringify(document) };
  return window.revision === undefined || window.revision === 1
    ? { action: 'create', ...item }
    : { action: 'index', inStream: true, version: window.revision, ...item };
}

function episodeDocument(episode: Episode, handling?: Handling): Document {
  const { end, updated, decided = updated, window, samples, by, detected } = episode;
  const start = beganAt(episode);
  const length = end === undefined ? {} : { end: iso(end), duration: nanoseconds(end - start) };
  return withFields(by, {
    '@timestamp': iso(Math.min(updated, decided)),
    ecs: { version: ecsVersion },
    message: episode.message,
    event: { ...ecsEvent(episode), id: episode.id, start: iso(start), ...length },
    related: relatedOf(by),
    rule: { name: episode.rule, reference: episode.runbook },
    labels: { ...episode.labels },
    window: { start: iso(window.start), end: iso(window.end) },
    alert: {
      ...alertFields(episode),
      id: episode.id,
      status: episode.status,
      peak: episode.peak,
      flapping: episode.flapping,
      revision: episode.revision,
      late_count: episode.lateCount,
      late: episode.late,
      corrected: episode.corrected,
      withdrawn: episode.withdrawn,
      time_to_detect: detected === undefined ? undefined : nanoseconds(Math.max(0, detected - start)),
      url: episode.url,
      ...(handling && handlingFields(handling)),
      samples,
      samples_omitted: episode.omitted || undefined,
    },
  });
}

/** Severities as numbers, as those of detection rules in Elastic Security. */
const severityNumbers: Record<Episode['severity'], number> = {
  info: 1,
  low: 21,
  medium: 47,
  high: 73,
  critical: 99,
};

function ecsEvent({ severity }: Episode | Transition): Document {
  return { kind: 'alert', severity: severityNumbers[severity] };
}

/** Values of `event.type` in ECS. */
function typeOf(from: Transition['from'], to: Transition['to']): 'start' | 'end' | 'change' {
  if (to === 'inactive') return 'end';
  return from === 'inactive' ? 'start' : 'change';
}

const relatedFields = {
  hosts: ['host.name', 'host.hostname'],
  ip: ['source.ip', 'client.ip', 'host.ip', 'destination.ip'],
  user: ['user.name', 'user.id'],
};

/** The addresses, hosts and users of the group, under the names by which ECS joins them. Undefined where it has none. */
function relatedOf(by: Record<string, Scalar>): Document | undefined {
  const found = Object.entries(relatedFields).flatMap(([name, fields]) => {
    const values = fields.flatMap((field) => (typeof by[field] === 'string' ? [by[field]] : []));
    return values.length === 0 ? [] : [[name, values] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function handlingFields({ acknowledged, assigned, suppressed }: Handling): Document {
  return {
    ...(acknowledged && { acknowledged: { ...acknowledged, at: iso(acknowledged.at) } }),
    ...(assigned && { assigned: { ...assigned, at: iso(assigned.at) } }),
    ...(suppressed && { suppressed: suppressed.map((one) => ({ ...one, at: iso(one.at) })) }),
  };
}

function transitionDocument(transition: Transition, dataset: string): Document {
  const { id, window, from, to, episode } = transition;
  return {
    '@timestamp': iso(decidedAt(transition)),
    message: transition.message,
    event: { ...ecsEvent(transition), id, dataset, action: to, type: [typeOf(from, to)] },
    related: relatedOf(transition.by),
    rule: { name: transition.rule },
    window: { start: iso(window.start), end: iso(window.end) },
    alert: { ...alertFields(transition), id: episode, episode, status: to, from, to, late: transition.late },
  };
}

/** A window is shown where its events are: at its start, so that a chart has it in the same column as they. */
function windowDocument({ rule, measure, group, ...window }: WindowResult, dataset: string): Document {
  return {
    '@timestamp': iso(window.start),
    event: { kind: 'metric', dataset },
    rule: { name: rule },
    window: {
      start: iso(window.start),
      end: iso(window.end),
      over: window.end - window.start,
      count: window.count,
      value: window.value,
      revision: window.revision,
      late_count: window.lateCount,
      measure,
      group,
    },
  };
}

function alertFields(of: Episode | Transition): Document {
  const { group, severity, value, count, condition, reason } = of;
  return { group, severity, value, count, condition, threshold: thresholdOf(condition), reason };
}

/** The number that a value is compared with, for a line in a chart. A range has no single one. */
function thresholdOf(condition: string): number | undefined {
  const [, number, percent] = /^[<>=!]+\s*([-+.\deE]+)(%?)$/.exec(condition.trim()) ?? [];
  if (number === undefined || Number.isNaN(Number(number))) return undefined;
  return percent === '%' ? Number((Number(number) / 100).toPrecision(12)) : Number(number);
}

function streamOf(type: 'logs' | 'metrics', dataset: string, namespace: string) {
  const fields = { ecs: { version: ecsVersion }, data_stream: { type, dataset, namespace } };
  return { index: `${type}-${dataset}-${namespace}`, dataset, fields };
}

/**
 * Puts the group's fields under their own names beside the document's, as objects: a document with both `host` and
 * `host.name` would mean the same to Elasticsearch, but not to every reader. The document's own fields win.
 */
function withFields(by: Record<string, Scalar>, document: Document): Document {
  for (const [name, value] of Object.entries(by)) place(document, name.split('.'), value);
  return document;
}

function place(into: Document, [first, ...rest]: string[], value: Scalar): void {
  if (first === undefined || first === '__proto__') return;
  if (rest.length === 0) {
    if (!Object.hasOwn(into, first)) into[first] = value;
    return;
  }
  if (!Object.hasOwn(into, first)) into[first] = {};
  const inner = into[first];
  if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
    place(inner as Document, rest, value);
}

function nanoseconds(millis: Millis): number {
  return millis * 1_000_000;
}

function iso(time: Millis): string {
  return new Date(time).toISOString();
}
