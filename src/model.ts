/**
 * The vocabulary of logboom: types and little more, which import nothing else. Every layer speaks these words.
 *
 * Times are milliseconds since the epoch unless a name says otherwise. *Event time* is the time that a log
 * line itself tells; *wall time* is a clock's and enters only as `receivedAt` and by ticks.
 */

export * from './model/alert.ts';
export type * from './model/event.ts';
export type * from './model/notification.ts';
export type * from './model/output.ts';
export type * from './model/rule.ts';
