import type { View, Views } from './data-views.ts';
import { errorQuery } from './palette.ts';
import { type SavedObject, savedObject, searchSource } from './saved-object.ts';
import { tagged } from './tag.ts';

/** A saved search: a table of documents in Discover. */
interface Search {
  id: string;
  title: string;
  description: string;
  view: View;
  columns: string[];
  /** KQL. */
  where?: string;
  /** Oldest first by this field; newest first by the data view's time otherwise. */
  from?: string;
}

export const deadLetterSearchId = 'logboom-dead-letter-search';
export const openAlertSearchId = 'logboom-open-alert-search';
export const transitionSearchId = 'logboom-transition-search';
export const errorSearchId = 'logboom-error-search';

export const loginSearchId = 'logboom-login-search';
export const syslogSearchId = 'logboom-syslog-search';

export const openAlertQuery = 'alert.status : (active or recovering or "no-data")';
const loginQuery =
  'event.action : (ssh_login or ssh_connect or ssh_disconnect or ssh_session or authentication or sudo or su or session_opened or session_closed or changed-password or added-user-account or added-group-account or deleted-user-account)';
export const syslogQuery = 'log.syslog.appname : * or log.syslog.priority : *';

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
    columns: [
      ...['alert.open_since', 'alert.severity', 'rule.name', 'alert.group', 'alert.lasted'],
      ...['alert.value', 'alert.threshold', 'alert.reason', 'alert.url'],
    ],
    where: openAlertQuery,
    from: 'event.start',
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
  {
    id: loginSearchId,
    title: 'logboom: logins, sudo and accounts',
    description: 'What sshd, sudo, su, PAM and the programs for accounts wrote.',
    view: events,
    columns: [
      ...['host.hostname', 'event.action', 'event.outcome', 'user.name'],
      ...['source.address', 'process.command_line', 'message'],
    ],
    where: loginQuery,
  },
  {
    id: syslogSearchId,
    title: 'logboom: messages of syslog',
    description: 'What programs wrote to syslog.',
    view: events,
    columns: ['host.hostname', 'log.syslog.appname', 'log.level', 'message'],
    where: syslogQuery,
  },
];

const dataViewReference = 'kibanaSavedObjectMeta.searchSourceJSON.index';

export function searchObject({
  id,
  title,
  description,
  view,
  columns,
  where = '',
  from,
}: Search): SavedObject {
  const meta = searchSource(where, dataViewReference);
  const attributes = {
    title,
    description,
    columns,
    sort: [from === undefined ? [view.time, 'desc'] : [from, 'asc']],
    grid: {},
    hideChart: false,
    isTextBasedQuery: false,
    timeRestore: false,
    kibanaSavedObjectMeta: meta,
  };
  return savedObject('search', id, attributes, [
    tagged(),
    { name: dataViewReference, type: 'index-pattern', id: view.id },
  ]);
}
