import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { LogboomError } from '../../errors.ts';
import { typicalRules } from './typical-rules.ts';

/** What `logboom init` asks, as flags give it. An absent one is asked for on a terminal, and has its default elsewhere. */
export interface InitFlags {
  logs?: string | undefined;
  shipper?: string | undefined;
  format?: string | undefined;
  elasticsearch?: string | undefined;
  notify?: string | undefined;
  rules?: string | undefined;
}

/** Who ships the logs: Filebeat, or logboom reads the files itself. */
type Shipper = 'filebeat' | 'logboom';

/** The answers, checked. */
export interface Answers {
  /** Path or pattern of the log files, absolute. */
  logs: string;
  shipper: Shipper;
  /** The format that was recognised in the files, or named. */
  format: string | undefined;
  /** Address of Elasticsearch; undefined for the embedded store. */
  elasticsearch: string | undefined;
  notifier: Notifier | undefined;
  /** Names of typical rules. */
  rules: string[];
}

/** Where notifications go beyond the log. */
export type Notifier = { kind: 'slack' | 'webhook'; url: string } | { kind: 'email'; to: string };

const refuse = (message: string): never => {
  throw new LogboomError('USAGE', message);
};

/** Refuses a value of a flag, or an answer to a question where there is no flag. */
const refuseValue = (flag: string | undefined, expected: string, text: string): never =>
  refuse(
    flag === undefined
      ? `Not understood: "${text}". Answer with ${expected}.`
      : `--${flag} takes ${expected}, but got "${text}".`,
  );

/** Answers that mean none. */
const isNone = (text: string): boolean => ['', 'none', 'no', 'n'].includes(text.toLowerCase());

export function logsFrom(text: string): string {
  const path = text.trim();
  if (path === '') refuse('Name the log files, such as /var/log/nginx/access.log or /var/log/app/*.log.');
  // A shell replaces it on a command line, and nobody does so in an answer.
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(path);
}

export function shipperFrom(text: string, flag?: string): Shipper {
  const name = text.trim().toLowerCase();
  if (name === 'filebeat' || name === 'logboom') return name;
  return refuseValue(flag, 'filebeat or logboom', text);
}

/** An address of Elasticsearch, or nothing for the embedded store. */
export function elasticsearchFrom(text: string, flag?: string): string | undefined {
  const address = text.trim();
  if (isNone(address)) return undefined;
  if (URL.canParse(address) && /^https?:\/\//.test(address)) return address.replace(/\/$/, '');
  return refuseValue(flag, 'an address such as https://localhost:9200, or none', text);
}

/** An incoming webhook of Slack, another address, or an e-mail address. */
export function notifierFrom(text: string, flag?: string): Notifier | undefined {
  const target = text.trim();
  if (isNone(target)) return undefined;
  if (URL.canParse(target) && /^https?:\/\//.test(target))
    return { kind: new URL(target).hostname.endsWith('slack.com') ? 'slack' : 'webhook', url: target };
  if (/^[^\s@]+@[^\s@]+$/.test(target)) return { kind: 'email', to: target };
  return refuseValue(flag, 'the address of a webhook, an e-mail address, or none', text);
}

export function rulesFrom(text: string): string[] {
  const known = Object.keys(typicalRules);
  const answer = text.trim();
  if (answer === 'all') return known;
  const names = isNone(answer) ? [] : answer.split(/[\s,]+/).filter(Boolean);
  for (const name of names)
    if (!known.includes(name))
      refuse(`There is no typical rule \`${name}\`. Known rules: ${known.join(', ')}; all, or none.`);
  return [...new Set(names)];
}
