import type { JsonObject } from '../../../events/index.ts';
import type { Millis } from '../../../model.ts';
import { levelNames, severities } from '../levels.ts';
import { monthOf, readStamp, withoutYear } from '../stamps.ts';
import {
  capitals,
  digits,
  type Groups,
  type LineContext,
  type TextFormat,
  type TextResult,
  textOf,
} from '../text-format.ts';
import { readAuthMessage } from './auth.ts';
import { structuredData } from './structured-data.ts';

const isLevelName = new RegExp(`^(?:${levelNames})$`, 'i');

const facilities = [
  ...['kernel', 'user-level', 'mail', 'system', 'security/authorization', 'syslogd', 'line printer'],
  ...[
    'network news',
    'UUCP',
    'clock',
    'security/authorization',
    'FTP',
    'NTP',
    'log audit',
    'log alert',
    'clock',
  ],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];

/** RFC 5424: `<34>1 2026-11-20T10:00:00.003Z host app procid msgid [id key="value"] message`. */
const version1 =
  /^<(?<priority>\d{1,3})>(?<version>[1-9]\d?) (?<stamp>\S+) (?<host>\S+) (?<app>\S+) (?<pid>\S+) (?<msgid>\S+) (?<rest>-(?: .*)?|\[.*)$/s;

const mark = '(?:<(?<priority>\\d{1,3})>)?';
const bsd =
  '(?<month>[A-Z][a-z]{2}) (?<day>[ \\d]\\d|\\d) (?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)(?:\\.(?<fraction>\\d{1,9}))?';
const iso = '(?<stamp>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d))';
/** A program's name, its process in brackets, and a colon. Some senders leave out the host. */
const tag = '(?:(?<app>[^\\s:[\\]]{1,128})(?:\\[(?<pid>[^\\]]{1,64})\\])?: ?)';

/** RFC 3164 as programs write it: `<34>Nov 20 10:00:00 host app[123]: message`, the priority and the host optional. */
const withHost = new RegExp(
  `^${mark}(?:${bsd}|${iso}) (?<host>[^\\s:[\\]]+|(?=\\S*:\\S*:)[\\da-fA-F:.]+) ${tag}(?<message>.*)$`,
  's',
);
const withoutHost = new RegExp(`^${mark}(?:${bsd}|${iso}) ${tag}(?<message>.*)$`, 's');
/** `last message repeated 3 times`, kernel lines without a tag: only where the priority says that it is syslog. */
const withoutTag = new RegExp(
  `^<(?<priority>\\d{1,3})>(?:${bsd}|${iso}) (?:(?<host>\\S+) )?(?<message>.*)$`,
  's',
);

/** What programs send to the syslog of their own machine without libc: `<11>shop: message`. The name has a letter first, and a space behind. */
const priorityAlone =
  /^<(?<priority>\d{1,3})>(?!\d{1,2} )(?:(?<app>[A-Za-z_/][^\s:[\]]{0,127})(?:\[(?<pid>[^\]]{1,64})\])?: )?(?<message>.*)$/s;

/**
 * Syslog by RFC 3164 and 5424, and what people call so. Messages of sshd, sudo, su, useradd and PAM are read further. A stamp
 * without a year is of the last such day before the receipt.
 */
export const syslog: TextFormat = {
  name: 'syslog',
  words: 'syslog',
  first: `<${capitals}${digits}`,
  parse(line, context) {
    const modern = version1.exec(line)?.groups;
    if (modern) return readModern(modern, context);
    const groups = (withHost.exec(line) ?? withoutHost.exec(line) ?? withoutTag.exec(line))?.groups;
    if (groups) return readClassic(groups, context);
    const local = priorityAlone.exec(line)?.groups;
    return local && readLocal(local);
  },
};

/** What the priority says: facility times 8 plus severity. Undefined for a number that no priority has. */
function priorityFields(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return {};
  const priority = Number(text);
  if (priority > 191) return undefined;
  const severity = severities[priority & 7]!;
  return {
    'log.syslog.priority': priority,
    'log.syslog.facility.code': priority >> 3,
    'log.syslog.facility.name': facilities[priority >> 3],
    'log.syslog.severity.code': priority & 7,
    'log.syslog.severity.name': severity[0]!.toUpperCase() + severity.slice(1),
    'log.level': severity === 'informational' ? 'info' : severity,
  };
}

function readModern(groups: Groups, context: LineContext): TextResult | undefined {
  const priority = priorityFields(groups.priority);
  if (priority === undefined) return undefined;
  const data = structuredData(groups.rest!);
  const sender = senderFields(groups);
  const fields: JsonObject = {
    ...priority,
    'log.syslog.version': groups.version,
    ...sender,
    'log.syslog.msgid': textOf(groups.msgid),
    'log.syslog.structured_data': data.elements,
    message: data.message,
    ...readAuthMessage(sender['process.name'], data.message ?? ''),
  };
  const time = groups.stamp === '-' ? Number.NaN : readStamp(groups.stamp, context);
  const badTime = Number.isNaN(time) && groups.stamp !== '-' ? 'the time is none of RFC 5424' : undefined;
  return { time, fields, failure: data.failure ?? badTime };
}

function readClassic(groups: Groups, context: LineContext): TextResult | undefined {
  const priority = priorityFields(groups.priority);
  const time = timeOf(groups, context);
  // `Nov 20 10:00:00 ERROR: message` has no program, and `2026-11-20T10:00:00Z ERROR shop: message` no host.
  const isLevel =
    groups.priority === undefined && [groups.app, groups.host].some((name) => isLevelName.test(name ?? ''));
  if (priority === undefined || Number.isNaN(time) || isLevel) return undefined;
  const sender = senderFields(groups);
  const message = groups.message ?? '';
  const fields = { ...priority, ...sender, message, ...readAuthMessage(sender['process.name'], message) };
  return { time, fields };
}

/** The line states neither time nor host: both are of its receipt. */
function readLocal(groups: Groups): TextResult | undefined {
  const priority = priorityFields(groups.priority);
  const message = groups.message ?? '';
  if (priority === undefined || message === '') return undefined;
  const sender = senderFields(groups);
  const fields = { ...priority, ...sender, message, ...readAuthMessage(sender['process.name'], message) };
  return { time: Number.NaN, fields };
}

function timeOf(groups: Groups, context: LineContext): Millis {
  if (groups.stamp !== undefined) return readStamp(groups.stamp, context);
  const { month = '', day, hour = '', minute = '', second, fraction } = groups;
  return withoutYear({ month: monthOf(month), day: Number(day), hour, minute, second, fraction }, context);
}

function senderFields({ host, app, pid }: Groups): JsonObject {
  const name = textOf(app);
  const process = textOf(pid);
  const isNumber = process !== undefined && /^\d{1,9}$/.test(process);
  return {
    'log.syslog.hostname': textOf(host),
    'host.hostname': textOf(host),
    'log.syslog.appname': name,
    'log.syslog.procid': process,
    'process.name': name,
    'process.pid': isNumber ? Number(process) : undefined,
  };
}
