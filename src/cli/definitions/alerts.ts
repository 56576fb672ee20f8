import { defineCommand } from 'citty';
import { several } from '../arguments.ts';
import { processTerminal as terminal } from '../terminal.ts';
import { apiArguments, apiOf } from './common.ts';

const author = {
  type: 'string',
  valueHint: 'name',
  description: 'Who does it (default: the user of the system)',
} as const;

export const silenceCommand = defineCommand({
  meta: { name: 'silence', description: 'Keep matching alerts from notifying, for a time' },
  args: {
    action: {
      type: 'positional',
      valueHint: several,
      description: 'add MATCHER… (`severity="high"`, `host.name=~"web-.*"`), list, or expire ID…',
    },
    author,
    comment: { type: 'string', valueHint: 'text', description: 'Reason; needed to add a silence' },
    duration: { type: 'string', valueHint: 'time', description: 'How long it lasts, such as 2h' },
    start: {
      type: 'string',
      valueHint: 'time',
      description: 'Start, such as 2026-11-21T13:45:00Z (default: now)',
    },
    until: { type: 'string', valueHint: 'time', description: 'End, instead of a duration' },
    query: {
      type: 'string',
      valueHint: 'KQL',
      description: 'KQL query over the fields of the alert document',
    },
    'until-resolved': { type: 'boolean', description: 'It ends when no alert that it matches is open' },
    'end-on-new-group': { type: 'boolean', description: 'It ends when another group joins' },
    all: { type: 'boolean', description: 'List silences that have ended too' },
    ...apiArguments,
  },
  run: async ({ args }) =>
    (await import('../commands/silence.ts')).silence(await apiOf(args), args._, args, terminal),
});

export const alertsCommand = defineCommand({
  meta: {
    name: 'alerts',
    description: 'List, show, acknowledge or assign alerts; say whether alerts were right',
  },
  args: {
    action: {
      type: 'positional',
      required: false,
      valueHint: several,
      description: 'list (default), ID, acknowledge ID…, assign ID…, true ID…, false ID…, or missed',
    },
    open: { type: 'boolean', description: 'List open alerts only' },
    since: {
      type: 'string',
      valueHint: 'time',
      description: 'List alerts that were open since then too: 2h, 7d, or 2026-11-21T13:45:00Z',
    },
    author,
    comment: { type: 'string', valueHint: 'text', description: 'Comment of the acknowledgement' },
    to: { type: 'string', valueHint: 'name', description: 'Person to assign to' },
    rule: {
      type: 'string',
      valueHint: 'name',
      description: 'Rule of the alerts, or that missed an incident',
    },
    group: {
      type: 'string',
      valueHint: 'group',
      description: 'Group of the incident, as in alerts of the rule',
    },
    start: {
      type: 'string',
      valueHint: 'time',
      description: 'Start of the incident, such as 2026-11-21T13:45:00Z',
    },
    until: { type: 'string', valueHint: 'time', description: 'End of the incident' },
    ...apiArguments,
  },
  run: async ({ args }) =>
    (await import('../commands/alerts.ts')).alerts(await apiOf(args), args._, args, terminal),
});
