import { defineCommand } from 'citty';
import { several } from '../arguments.ts';
import { processTerminal as terminal } from '../terminal.ts';
import { configArgument, configOf, dataArgument } from './common.ts';

export const setupCommand = defineCommand({
  meta: {
    name: 'setup',
    description: 'Install templates and lifecycle policies in Elasticsearch and report missing privileges',
  },
  args: {
    config: configArgument,
    url: {
      type: 'string',
      valueHint: 'url',
      description: 'Address of Elasticsearch, instead of the configured one',
    },
    'dry-run': {
      type: 'boolean',
      description: 'Print the requests for the console of Kibana and change nothing',
    },
    overwrite: { type: 'boolean', description: 'Also replace what was changed since the installation' },
  },
  run: async ({ args }) => (await import('../commands/setup.ts')).setup(await configOf(args), args, terminal),
});

export const deadLettersCommand = defineCommand({
  meta: {
    name: 'dead-letters',
    description: 'List, show, retry or drop documents that Elasticsearch refused for good',
  },
  args: {
    action: { type: 'positional', description: 'list, show, retry or drop' },
    id: { type: 'positional', required: false, valueHint: several, description: 'IDs of documents' },
    index: {
      type: 'string',
      valueHint: 'pattern',
      description: 'Only documents for this index; * matches any text',
    },
    reason: {
      type: 'string',
      valueHint: 'text',
      description: 'Only documents whose reason contains this text',
    },
    since: {
      type: 'string',
      valueHint: 'time',
      description: 'Only documents refused since this time, such as 2026-11-21T13:45:00Z',
    },
    all: { type: 'boolean', description: 'All dead letters (retry, drop)' },
    config: configArgument,
    data: dataArgument,
    token: { type: 'string', valueHint: 'token', description: 'Bearer token, instead of the configured one' },
    json: { type: 'boolean', description: 'Print JSON; a list as one object per line' },
  },
  run: async ({ args }) => {
    const { _: _words, action, id: _id, ...given } = args;
    const ids = args._.slice(1);
    return (await import('../commands/dead-letters.ts')).deadLetters(
      { ...given, action: action ?? '', ids },
      terminal,
    );
  },
});

export const kibanaCommand = defineCommand({
  meta: {
    name: 'kibana',
    description: 'Import, check or export dashboards, data views, searches and rules for Kibana',
  },
  args: {
    action: {
      type: 'positional',
      valueHint: 'import|check|export',
      description:
        'Import them into Kibana, check what is there and whether it works, or print the file for its import page',
    },
    config: configArgument,
    url: {
      type: 'string',
      valueHint: 'url',
      description: 'Address of Kibana, instead of the configured one',
    },
    space: { type: 'string', valueHint: 'space', description: 'Kibana space' },
    'api-key': { type: 'string', valueHint: 'key', description: 'API key, instead of the configured login' },
    events: {
      type: 'string',
      valueHint: 'pattern',
      description: 'Indices of events if they are not data streams, such as filebeat-*',
    },
    overwrite: { type: 'boolean', description: 'Replace existing objects' },
    rules: { type: 'boolean', default: true, description: 'Also rules and connectors of Kibana' },
    json: { type: 'boolean', description: 'Print the findings of check as JSON' },
  },
  run: async ({ args }) =>
    (await import('../commands/kibana.ts')).kibana(args.action ?? '', await configOf(args), args, terminal),
});
