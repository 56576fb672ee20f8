import * as z from 'zod';
import type { NotifierKind } from '../notifier.ts';
import { alertmanager } from './alertmanager.ts';
import { command } from './command.ts';
import { discord } from './discord.ts';
import { email } from './email.ts';
import { file } from './file.ts';
import { kafka } from './kafka.ts';
import { log } from './log.ts';
import { mattermost } from './mattermost.ts';
import { module } from './module.ts';
import { ntfy } from './ntfy.ts';
import { pagerduty } from './pagerduty.ts';
import { slack } from './slack.ts';
import { teams } from './teams.ts';
import { telegram } from './telegram.ts';
import { webhook } from './webhook.ts';

/** The kinds of notifiers, by the `kind` of the configuration, in the order of the reference page. */
const kinds = {
  log,
  webhook,
  slack,
  email,
  teams,
  pagerduty,
  alertmanager,
  ntfy,
  discord,
  mattermost,
  telegram,
  command,
  file,
  kafka,
  module,
};

type Kinds = typeof kinds;
type Configs = { [K in keyof Kinds]: z.infer<Kinds[K]['schema']> };
/** The settings of a notifier of any kind. */
export type NotifierConfig = Configs[keyof Kinds];

/** The kind of a notifier. */
export function kindOf<K extends keyof Kinds>({ kind }: { kind: K }): NotifierKind<Configs[K]> {
  const table: { [Name in keyof Kinds]: NotifierKind<Configs[Name]> } = kinds;
  return table[kind];
}

const [first, ...others] = Object.values(kinds).map(({ schema }) => schema);
/** A notifier of any kind, told apart by its `kind`. */
export const notifierSchema = z.discriminatedUnion('kind', [first!, ...others]);
