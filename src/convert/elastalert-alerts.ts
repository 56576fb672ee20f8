import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../events/index.ts';
import type { Theirs } from './elastalert-values.ts';

export type ConvertedNotifiers = Record<string, Record<string, unknown>>;

const entriesOf = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

const list = (value: unknown): string[] => entriesOf(value).map(String);

/** Settings of a notifier, or in words what is missing. */
type Convert = (theirs: Theirs) => Record<string, unknown> | string;

const kinds: Record<string, Convert> = {
  debug: () => ({ kind: 'log' }),
  slack({ slack_webhook_url: url, slack_timeout: timeout }) {
    const [first] = list(url);
    if (first === undefined) return '`slack_webhook_url` is missing';
    return { kind: 'slack', url: first, ...(timeout !== undefined && { timeout: `${Number(timeout)}s` }) };
  },
  email(theirs) {
    const to = list(theirs.email);
    if (to.length === 0) return '`email` is missing';
    const {
      smtp_host,
      smtp_port,
      smtp_ssl,
      from_addr = 'ElastAlert@localhost',
      email_reply_to: replyTo,
    } = theirs;
    const cc = list(theirs.cc);
    return {
      ...{ kind: 'email', host: String(smtp_host ?? 'localhost') },
      ...(smtp_port !== undefined && { port: Number(smtp_port) }),
      ...{ tls: smtp_ssl ? 'implicit' : 'optional', from: String(from_addr), to },
      ...(cc.length > 0 && { cc }),
      ...(replyTo !== undefined && { replyTo: String(replyTo) }),
    };
  },
  pagerduty({ pagerduty_service_key: key }) {
    return key === undefined
      ? '`pagerduty_service_key` is missing'
      : { kind: 'pagerduty', routingKey: String(key) };
  },
  ms_power_automate({ ms_power_automate_webhook_url: url }) {
    const [first] = list(url);
    return first === undefined ? '`ms_power_automate_webhook_url` is missing' : { kind: 'teams', url: first };
  },
  ms_teams: () => 'connectors of Office 365 are retired; create a workflow and use `kind: teams`',
  command({ command, pipe_match_json: pipe }) {
    const words = list(command);
    if (!Array.isArray(command) || words.length === 0)
      return 'a command as one text needs a shell; write it as a list';
    if (words.some((word) => /%\(|\{match/.test(word)))
      return '`%(field)s` in a command; use templates such as `{{host.name}}`';
    const [path, ...args] = words;
    return pipe === false
      ? '`pipe_match_json`'
      : { kind: 'command', command: path, ...(args.length > 0 && { arguments: args }) };
  },
  post({ http_post_url: url, http_post_headers: headers }) {
    const [first] = list(url);
    if (first === undefined) return '`http_post_url` is missing';
    return {
      kind: 'webhook',
      url: first,
      ...(typeof headers === 'object' && headers !== null && { headers }),
    };
  },
  alertmanager({ alertmanager_hosts: hosts }) {
    const [first] = list(hosts);
    return first === undefined
      ? '`alertmanager_hosts` is missing'
      : { kind: 'alertmanager', url: first.includes('://') ? first : `http://${first}` };
  },
};
/** The settings of an alerter by how their names begin, and which of them are converted. */
const settingsOf: Record<string, { of: RegExp; converted: readonly string[] }> = {
  slack: { of: /^slack_/, converted: ['slack_webhook_url', 'slack_timeout'] },
  email: {
    of: /^(?:smtp_|email_|bcc$)/,
    converted: ['smtp_host', 'smtp_port', 'smtp_ssl', 'smtp_auth_file', 'email_reply_to'],
  },
  pagerduty: { of: /^pagerduty_/, converted: ['pagerduty_service_key'] },
  ms_power_automate: { of: /^ms_power_automate_/, converted: ['ms_power_automate_webhook_url'] },
  post: { of: /^http_post_/, converted: ['http_post_url', 'http_post_headers'] },
  alertmanager: { of: /^alertmanager_/, converted: ['alertmanager_hosts'] },
};

/** Why a setting is not converted, or what to use. */
const remedies: Record<string, string> = {
  bcc: 'name the address in `to` or `cc`',
  http_post_payload: 'a webhook sends the document of the alert',
  http_post_static_payload: 'a webhook sends the document of the alert',
  slack_channel_override: 'a webhook of Slack writes into the channel that it was made for',
};

/** What is not converted of an alerter that has a notifier, in words. */
function leftOut(kind: string, settings: Theirs): string[] {
  const { of, converted } = settingsOf[kind] ?? { of: /^$/, converted: [] };
  const unread = Object.keys(settings).filter((name) => of.test(name) && !converted.includes(name));
  const several = converted.filter((name) => /_(?:url|hosts)$/.test(name) && list(settings[name]).length > 1);
  return [
    ...unread.map((name) => {
      const remedy = Object.hasOwn(remedies, name) ? `: ${remedies[name]}` : '';
      return `\`${name}\` is not converted${remedy}.`;
    }),
    ...several.map((name) => `\`${name}\`: only the first of ${list(settings[name]).length} is converted.`),
  ];
}

const sameAs: Record<string, string> = { post2: 'post', http_post: 'post', http_post2: 'post' };

/** An entry of `alert`: a name, or a name with settings of its own, which come before those of the rule. */
function alerterOf(entry: unknown, theirs: Theirs): { alerter: string; settings: Theirs } {
  if (!isObject(entry)) return { alerter: String(entry), settings: theirs };
  const [[alerter, own] = ['', undefined]] = Object.entries(entry);
  return { alerter, settings: isObject(own) ? { ...theirs, ...own } : theirs };
}

/** The notifiers that a rule of ElastAlert needs. `names`: those that the rule notifies. What has no counterpart is in the remarks. */
export function notifiersOf(
  theirs: Theirs,
  remarks: string[],
): { names: string[]; notifiers: ConvertedNotifiers } {
  const names = new Set<string>();
  const notifiers: ConvertedNotifiers = {};
  for (const entry of entriesOf(theirs.alert)) {
    const { alerter, settings } = alerterOf(entry, theirs);
    const kind = sameAs[alerter] ?? alerter;
    const convert = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    const made = convert?.(settings) ?? 'it has no counterpart';
    if (typeof made === 'string') {
      remarks.push(`The alert \`${alerter}\` is not converted: ${made}.`);
      continue;
    }
    if (kind === 'email' && settings.smtp_auth_file !== undefined)
      remarks.push('`smtp_auth_file`: set `user` and `password` of the notifier.');
    remarks.push(...leftOut(kind, settings));
    if (made.kind === 'log') names.add('log');
    else names.add(addNotifier(notifiers, kind, made));
  }
  return { names: [...names], notifiers };
}

/** Adds a notifier under its name, with a number where the name has other settings. Returns the name. */
export function addNotifier(
  notifiers: ConvertedNotifiers,
  name: string,
  settings: Record<string, unknown>,
): string {
  let free = name;
  for (
    let number = 2;
    notifiers[free] !== undefined && !isDeepStrictEqual(notifiers[free], settings);
    number++
  )
    free = `${name}-${number}`;
  notifiers[free] = settings;
  return free;
}
