import type { IndexingConfig } from '../config/schema/outputs.ts';
import {
  type BulkItem,
  beganAt,
  decidedAt,
  type Episode,
  type Handling,
  type Millis,
  type Output,
  type SloFigures,
  type Transition,
  type TransitionContext,
  type WindowResult,
} from '../model.ts';
import { ecsVersion } from '../util/ecs.ts';
import { unitOf } from '../util/units.ts';
import { categoryOf, ecsEvent, relatedOf, typeOf, withFields } from './ecs-fields.ts';
import { idOf } from './episode-writer.ts';

type Names = Pick<IndexingConfig, 'alerts' | 'namespace'>;
type Document = Record<string, unknown>;

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
      return transitionItem(output.transition, output.context, indexing);
    case 'episode':
      return episodeItem(output.episode, indexing, handlingOf(output.episode.id));
    case 'document':
      return output.item;
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

function transitionItem(
  transition: Transition,
  context: TransitionContext | undefined,
  { namespace }: Pick<Names, 'namespace'>,
): BulkItem {
  const stream = streamOf('logs', 'logboom.alerts', namespace);
  const document = withFields(transition.by, {
    ...stream.fields,
    ...transitionDocument(transition, context, stream.dataset),
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
    : { action: 'index', revisionField: 'window.revision', version: window.revision, ...item };
}

function episodeDocument(episode: Episode, handling?: Handling): Document {
  const { end, updated, decided = updated, window, samples, by, detected, created, status } = episode;
  const start = beganAt(episode);
  const length = end === undefined ? {} : { end: iso(end), duration: nanoseconds(end - start) };
  return withFields(by, {
    '@timestamp': iso(Math.min(updated, decided)),
    ecs: { version: ecsVersion },
    message: some(episode.message),
    event: {
      ...{ ...ecsEvent(episode), id: episode.id, action: status, category: categoryOf(samples) },
      ...{ type: [typeOf(episode.revision > 1 ? 'active' : 'inactive', status)], created: maybeIso(created) },
      ...{ start: iso(start), ...length },
    },
    related: relatedOf(by, samples),
    rule: ruleFields(episode.rule, episode),
    labels: Object.keys(episode.labels).length > 0 ? { ...episode.labels } : undefined,
    window: { start: iso(window.start), end: iso(window.end) },
    alert: {
      ...alertFields(episode, episode),
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
      samples: samples.length > 0 ? samples : undefined,
      samples_omitted: episode.omitted || undefined,
    },
  });
}

function handlingFields({ notified, acknowledged, assigned, verdict, suppressed }: Handling): Document {
  return {
    ...(notified && { notified: notified.map((one) => ({ ...one, at: iso(one.at) })) }),
    ...(acknowledged && { acknowledged: { ...acknowledged, at: iso(acknowledged.at) } }),
    ...(assigned && { assigned: { ...assigned, at: iso(assigned.at) } }),
    ...(verdict && { verdict: { ...verdict, at: iso(verdict.at) } }),
    ...(suppressed && { suppressed: suppressed.map((one) => ({ ...one, at: iso(one.at) })) }),
  };
}

function transitionDocument(
  transition: Transition,
  context: TransitionContext | undefined,
  dataset: string,
): Document {
  const { id, window, from, to, episode } = transition;
  const { samples = [], omitted, labels = {}, url, notification, created } = context ?? {};
  return {
    '@timestamp': iso(decidedAt(transition)),
    message: some(transition.message),
    event: {
      ...{ ...ecsEvent(transition), id, dataset, action: to, category: categoryOf(samples) },
      ...{ type: [typeOf(from, to)], created: maybeIso(created) },
    },
    related: relatedOf(transition.by, samples),
    rule: ruleFields(transition.rule, context),
    labels: Object.keys(labels).length > 0 ? { ...labels } : undefined,
    window: { start: iso(window.start), end: iso(window.end) },
    alert: {
      ...{
        ...alertFields(transition, context),
        id: episode,
        episode,
        status: to,
        from,
        to,
        late: transition.late,
      },
      ...{ url, notification, samples: samples.length > 0 ? samples : undefined, samples_omitted: omitted },
    },
  };
}

/** A window is shown where its events are: at its start, so that a chart has it in the same column as they. */
function windowDocument({ rule, measure, group, slo, ...window }: WindowResult, dataset: string): Document {
  return {
    '@timestamp': iso(window.start),
    event: { kind: 'metric', dataset },
    rule: { id: rule, name: rule },
    window: {
      start: iso(window.start),
      end: iso(window.end),
      over: window.end - window.start,
      count: window.count,
      value: window.value,
      peak: window.peak,
      threshold: window.threshold,
      revision: window.revision,
      late_count: window.lateCount,
      measure: some(measure),
      unit: unitOf(measure),
      group: some(group),
    },
    ...(slo && { slo: sloFields(slo) }),
  };
}

type Shown = Pick<TransitionContext, 'runbook' | 'definition' | 'span'>;

function ruleFields(name: string, { runbook, definition }: Shown = {}): Document {
  return { id: name, name, version: definition?.version, reference: some(runbook) };
}

/** `window`: from the first window of the episode to its last one. */
function alertFields(of: Episode | Transition, { definition, span }: Shown = {}): Document {
  const { severity, value, count, slo } = of;
  const texts = { group: some(of.group), condition: some(of.condition), reason: some(of.reason) };
  return {
    severity,
    value,
    count,
    ...texts,
    threshold: thresholdOf(of.condition),
    where: definition?.where,
    measure: definition?.measure,
    recover: definition?.recover,
    window: span && { start: iso(span.start), end: iso(span.end) },
    slo: slo && sloFields(slo),
  };
}

/** A text of a document, where it is not empty: a rule without groups has no group, and no kind but `threshold` a condition. */
const some = (text: string | undefined) => text || undefined;

function sloFields({ name, objective, period, events, bad, budgetLeft, burnRate, burnOver }: SloFigures) {
  return {
    ...{ name, objective, period, events, bad },
    budget_left: budgetLeft,
    ...{ burn_rate: burnRate, burn_over: burnOver },
  };
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

function nanoseconds(millis: Millis): number {
  return millis * 1_000_000;
}

function iso(time: Millis): string {
  return new Date(time).toISOString();
}

const maybeIso = (time: Millis | undefined) => (time === undefined ? undefined : iso(time));
