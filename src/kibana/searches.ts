import type { View, Views } from './data-views.ts';
import { type SavedObject, savedObject, searchSource } from './saved-object.ts';

/** A saved search: a table of documents in Discover. */
interface Search {
  id: string;
  title: string;
  description: string;
  view: View;
  columns: string[];
  /** KQL. */
  where?: string;
}

export const deadLetterSearchId = 'logboom-dead-letter-search';
export const openAlertSearchId = 'logboom-open-alert-search';
export const transitionSearchId = 'logboom-transition-search';
export const errorSearchId = 'logboom-error-search';

export const openAlertQuery = 'alert.status : (active or recovering or "no-data")';
export const errorQuery =
  'log.level : (error or critical or alert or emergency or fatal) or http.response.status_code >= 500 or error.message : *';

export const searchesOf = ({ events, alerts, transitions, deadLetters }: Views): Search[] => [
  {
    id: deadLetterSearchId,
    title: 'logboom: dead letters',
    description: 'What Elasticsearch refused for good or nobody could read, and why.',
    view: deadLetters,
    columns: [
      'error.message',
      'logboom.deadletter.index',
      'logboom.deadletter.id',
      'logboom.deadletter.bytes',
    ],
  },
  {
    id: openAlertSearchId,
    title: 'logboom: open alerts',
    description: 'Episodes that have no end yet.',
    view: alerts,
    columns: ['alert.severity', 'rule.name', 'alert.group', 'alert.reason', 'alert.value', 'alert.url'],
    where: openAlertQuery,
  },
  {
    id: transitionSearchId,
    title: 'logboom: every change of an alert',
    description: 'One document for each change of state, with its reason in words.',
    view: transitions,
    columns: ['rule.name', 'alert.group', 'alert.from', 'alert.to', 'alert.reason'],
  },
  {
    id: errorSearchId,
    title: 'logboom: events that are errors',
    description: 'Log levels from error upwards, failed requests, and events with an error of their own.',
    view: events,
    columns: ['service.name', 'host.name', 'log.level', 'message'],
    where: errorQuery,
  },
];

const dataViewReference = 'kibanaSavedObjectMeta.searchSourceJSON.index';

export function searchObject({ id, title, description, view, columns, where = '' }: Search): SavedObject {
  const meta = searchSource(where, dataViewReference);
  const attributes = {
    title,
    description,
    columns,
    sort: [[view.time, 'desc']],
    grid: {},
    hideChart: false,
    isTextBasedQuery: false,
    timeRestore: false,
    kibanaSavedObjectMeta: meta,
  };
  return savedObject('search', id, attributes, [
    { name: dataViewReference, type: 'index-pattern', id: view.id },
  ]);
}
