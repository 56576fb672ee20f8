import { idInSpace, isDefaultSpace } from '../util/kibana-space.ts';
import { type SavedObject, savedObject } from './saved-object.ts';

/** A data view, with what the charts need of it. */
export interface View {
  id: string;
  name: string;
  /** Index pattern. */
  title: string;
  /** Field that a dashboard's time range filters by. */
  time: string;
  formats?: Record<string, unknown>;
  runtimeFields?: Record<string, { type: string; script: { source: string } }>;
  /** What people read in place of a field's name. */
  labels?: Record<string, string>;
}

const bytes = { id: 'bytes' };
const nanoseconds = {
  id: 'duration',
  params: {
    inputFormat: 'nanoseconds',
    outputFormat: 'asMilliseconds',
    outputPrecision: 1,
    showSuffix: true,
    useShortSuffix: true,
  },
};
const lasting = { id: 'duration', params: { ...nanoseconds.params, outputFormat: 'humanizePrecise' } };

/** The first segment of a path: `/pages` of `/pages/create`. */
const section = `
if (!doc.containsKey('url.path') || doc['url.path'].size() == 0) return;
String path = doc['url.path'].value;
int second = path.indexOf('/', 1);
emit(second > 0 ? path.substring(0, second) : '/');`.trim();

/** Nanoseconds, as `event.duration`, which an open episode does not have yet. */
const lasted = `
if (doc.containsKey('event.duration') && doc['event.duration'].size() > 0) {
  emit((long) doc['event.duration'].value);
  return;
}
if (!doc.containsKey('event.start') || doc['event.start'].size() == 0) return;
emit((System.currentTimeMillis() - doc['event.start'].value.toInstant().toEpochMilli()) * 1000000L);`.trim();

/** The start of an episode that has no end yet. */
const openSince = `
if (doc.containsKey('event.end') && doc['event.end'].size() > 0) return;
if (!doc.containsKey('event.start') || doc['event.start'].size() == 0) return;
emit(doc['event.start'].value.toInstant().toEpochMilli());`.trim();

const events: View = {
  id: 'logboom-events',
  name: 'logboom: events',
  title: 'logs-*,-logs-logboom.*',
  time: '@timestamp',
  formats: { 'http.response.body.bytes': bytes, 'event.duration': nanoseconds },
  runtimeFields: { 'url.section': { type: 'keyword', script: { source: section } } },
};

const windows: View = {
  id: 'logboom-windows',
  name: 'logboom: windows',
  title: 'metrics-logboom.windows-*',
  time: '@timestamp',
};

const alerts: View = {
  id: 'logboom-alerts',
  name: 'logboom: alerts',
  title: 'alerts',
  time: '@timestamp',
  formats: {
    'event.duration': lasting,
    'alert.lasted': lasting,
    'alert.time_to_detect': lasting,
    'alert.url': { id: 'url', params: { labelTemplate: 'events of this alert' } },
    'rule.reference': { id: 'url', params: { labelTemplate: 'runbook' } },
  },
  runtimeFields: {
    'alert.lasted': { type: 'long', script: { source: lasted } },
    'alert.open_since': { type: 'date', script: { source: openSince } },
  },
  labels: { 'alert.open_since': 'Open since', 'alert.lasted': 'Lasted until its end, or now' },
};

const transitions: View = {
  id: 'logboom-transitions',
  name: 'logboom: alert transitions',
  title: 'logs-logboom.alerts-*',
  time: '@timestamp',
};

const deadLetters: View = {
  id: 'logboom-dead-letters',
  name: 'logboom: dead letters',
  title: 'logs-logboom.deadletters-*',
  time: '@timestamp',
};

const server: View = {
  id: 'logboom-server',
  name: 'logboom: the server itself',
  title: 'metrics-logboom.server-*',
  time: '@timestamp',
  formats: {
    'logboom.journal.bytes': bytes,
    'logboom.process.memory.rss': bytes,
    'logboom.input.bytes': bytes,
  },
};

const stats: View = {
  id: 'logboom-stats',
  name: 'logboom: statistics by field',
  title: 'metrics-logboom.stats-*',
  time: '@timestamp',
};

/** Index patterns that differ from logboom's own. */
export interface Patterns {
  /** Where events go, where `indexing.index` is set: `filebeat-*`. */
  events?: string | undefined;
  /** `indexing.alerts`. */
  alerts?: string | undefined;
}

/** The data views, with their ids in the space. */
export function viewsOf(patterns: Patterns = {}, space?: string) {
  const all = viewsIn(patterns);
  if (isDefaultSpace(space)) return all;
  const moved = Object.entries(all).map(([name, view]) => [name, { ...view, id: idInSpace(view.id, space) }]);
  return Object.fromEntries(moved) as typeof all;
}

function viewsIn(patterns: Patterns) {
  return {
    events: { ...events, title: patterns.events ?? events.title },
    windows,
    alerts: { ...alerts, title: patterns.alerts ?? alerts.title },
    transitions,
    deadLetters,
    server,
    stats,
  };
}

export type Views = ReturnType<typeof viewsIn>;

export function dataViewObject(view: View): SavedObject {
  return savedObject('index-pattern', view.id, {
    title: view.title,
    name: view.name,
    timeFieldName: view.time,
    fields: '[]',
    fieldAttrs: JSON.stringify(
      Object.fromEntries(
        Object.entries(view.labels ?? {}).map(([field, customLabel]) => [field, { customLabel }]),
      ),
    ),
    fieldFormatMap: JSON.stringify(view.formats ?? {}),
    runtimeFieldMap: JSON.stringify(view.runtimeFields ?? {}),
    sourceFilters: '[]',
    typeMeta: '{}',
  });
}
