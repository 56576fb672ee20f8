import { expect } from 'vitest';
import type { Problem } from '../../src/config/load/problems.ts';
import type { Given } from '../support/config.ts';

const text = 'Write a text; put numbers and `true` or `false` into quotes.';
const whole = 'Write a whole number without quotes, such as `5`.';

/** Each configuration and everything that is said about it. */
export const table: [title: string, given: Given, problems: Partial<Problem>[]][] = [
  [
    'a mistyped setting',
    { yaml: 'inputs:\n  lumberjack:\n    prot: 5045\n' },
    [
      {
        path: 'inputs.lumberjack.prot',
        message: 'Unknown setting `prot`; did you mean `port`?',
        line: 3,
        column: 5,
      },
    ],
  ],
  [
    'a mistyped setting with nothing behind it',
    { yaml: 'inputs:\n  lumberjack:\n    prot:\nrules:\n  - name: a\n    wehn:\n    when:\n' },
    [
      {
        path: 'inputs.lumberjack.prot',
        message: 'Unknown setting `prot`; did you mean `port`?',
        line: 3,
        column: 5,
      },
      { path: 'rules[0].wehn', message: 'Unknown setting `wehn`; did you mean `when`?', line: 6, column: 5 },
    ],
  ],
  [
    'a mistyped section with nothing below it, and one of another kind',
    { yaml: 'jurnal:\nrules:\n  - name: a\n    kind: match\n    where: n > 1\n    bounds: ~\n' },
    [
      { path: 'jurnal', message: 'Unknown setting `jurnal`; did you mean `journal`?', line: 1, column: 1 },
      { path: 'rules[0].bounds', message: 'Unknown setting `bounds`.', line: 6, column: 5 },
    ],
  ],
  [
    'a setting in another way of writing',
    { yaml: 'journal: { max_size: 1gb }' },
    [{ path: 'journal.max_size', message: 'Unknown setting `max_size`; did you mean `maxSize`?' }],
  ],
  [
    'a setting that resembles none',
    { yaml: 'frobnicate: 1' },
    [{ path: 'frobnicate', message: 'Unknown setting `frobnicate`.' }],
  ],
  [
    'a text for a number',
    { yaml: 'api:\n  port: none' },
    [
      {
        path: 'api.port',
        value: '"none"',
        message: 'This setting takes a whole number, but the value is the text "none".',
        remedy: whole,
        line: 2,
        column: 3,
      },
    ],
  ],
  [
    'a port beyond the last',
    { yaml: 'api: { port: 70000 }' },
    [
      {
        path: 'api.port',
        value: '70000',
        message: 'This is too big: it must be at most 65535.',
        remedy: 'Write a number of at most 65535.',
      },
    ],
  ],
  [
    'a fraction for a whole number',
    { yaml: 'api: { port: 1.5 }' },
    [{ path: 'api.port', message: 'This setting takes a whole number, but the value is the number 1.5.' }],
  ],
  [
    'yes for true',
    { yaml: 'inputs: { lumberjack: { ssl_enabled: yes } }' },
    [
      {
        path: 'inputs.lumberjack.ssl_enabled',
        message: 'This setting takes `true` or `false`, but the value is the text "yes".',
        remedy: 'Write `true` or `false` without quotes.',
      },
    ],
  ],
  [
    'a duration without a unit',
    { yaml: 'journal: { tick: 250 }' },
    [
      {
        path: 'journal.tick',
        value: '250',
        message: 'This setting takes a duration, but the value is the number 250.',
        remedy: 'Write a duration with its unit, such as `250ms`, `10s`, `5m` or `7d`.',
      },
    ],
  ],
  [
    'a duration with an unknown unit',
    { yaml: 'journal: { tick: 5 minutes }' },
    [
      {
        path: 'journal.tick',
        value: '"5 minutes"',
        message: 'This is not a duration.',
      },
    ],
  ],
  [
    'a size without a unit',
    { yaml: 'journal: { maxSize: 1000 }' },
    [{ path: 'journal.maxSize', message: 'This setting takes a size, but the value is the number 1000.' }],
  ],
  [
    'a mistyped choice',
    { yaml: 'log: { level: wran }' },
    [
      {
        path: 'log.level',
        value: '"wran"',
        message: 'This is not one of the allowed values; did you mean `warn`?',
        remedy: 'Write one of `trace`, `debug`, `info`, `warn`, `error`.',
      },
    ],
  ],
  [
    'a list where a section belongs',
    { yaml: 'journal: [1]' },
    [{ path: 'journal', value: 'a list', message: 'This setting takes a section, but the value is a list.' }],
  ],
  [
    'a mapping where a list belongs',
    { yaml: 'rules: { name: x }' },
    [
      {
        path: 'rules',
        value: 'a mapping',
        message: 'This setting takes a list, but the value is a mapping.',
      },
    ],
  ],
  [
    'a number for a text',
    { yaml: 'data: 5' },
    [{ path: 'data', message: 'This setting takes a text, but the value is the number 5.', remedy: text }],
  ],
  ['an empty text', { yaml: 'data: ""' }, [{ path: 'data', message: 'This must not be empty.' }]],
  [
    'a rule without a name',
    { yaml: 'rules:\n  - over: 1s\n' },
    [{ path: 'rules[0].name', message: 'This setting is missing.', line: 2, column: 5 }],
  ],
  [
    'a rule with a name that is none',
    { yaml: 'rules: [{ name: "a~b" }]' },
    [
      {
        path: 'rules[0].name',
        message:
          "A rule name consists of letters, digits, spaces and ._-()/:&+%#@', begins with a letter or digit, does not end with a space, and has at most 100 characters.",
      },
    ],
  ],
  [
    'a mistyped setting of a rule',
    { yaml: 'rules:\n  - name: a\n  - name: b\n    wehn: ">= 5"\n' },
    [
      {
        path: 'rules[1].wehn',
        message: 'Unknown setting `wehn`; did you mean `when`?',
        line: 4,
        column: 5,
      },
    ],
  ],
  [
    'a notifier of an unknown kind',
    { yaml: 'notifiers: { ops: { kind: slak } }' },
    [
      {
        path: 'notifiers.ops.kind',
        message: 'This is not one of the allowed values; did you mean `slack`?',
        remedy:
          'Write one of `log`, `webhook`, `slack`, `email`, `teams`, `pagerduty`, `alertmanager`, `ntfy`, `discord`, `mattermost`, `telegram`, `command`, `file`, `kafka`, `module`.',
      },
    ],
  ],
  [
    'a notifier without a kind',
    { yaml: 'notifiers: { ops: { url: http://x } }' },
    [{ path: 'notifiers.ops.kind', message: 'This setting is missing.' }],
  ],
  [
    'a setting of another kind of notifier',
    { yaml: 'notifiers: { ops: { kind: log, url: http://x } }' },
    [{ path: 'notifiers.ops.url', remedy: 'Correct or remove it. Known settings here: `kind`.' }],
  ],
  [
    'an address that is none',
    { yaml: 'elasticsearch: { hosts: ["localhost:9200"] }' },
    [
      {
        path: 'elasticsearch.hosts[0]',
        value: '"localhost:9200"',
        message: 'This is not an http or https address.',
        remedy: 'Write an address such as `http://localhost:9200`.',
      },
    ],
  ],
  [
    'no hosts',
    { yaml: 'elasticsearch: { hosts: [] }' },
    [{ path: 'elasticsearch.hosts', message: 'This list must have at least 1 entry.' }],
  ],
  [
    'a parser for a dataset that has dots in its name',
    { yaml: 'parsers: { byDataset: { nginx.access: acces } }' },
    [
      {
        path: 'parsers.byDataset["nginx.access"]',
        message: 'There is no parser `acces`; did you mean `access`?',
      },
    ],
  ],
  [
    'a variable that is not set',
    { yaml: 'data: $' + '{FOLDER}' },
    [
      {
        path: 'data',
        value: '$' + '{FOLDER}',
        message: 'The environment variable FOLDER is not set.',
        remedy: 'Set FOLDER, or write a default: $' + '{FOLDER:value}.',
      },
    ],
  ],
  [
    'a secret’s file that is not there',
    { yaml: 'api:\n  token: { file: /none }' },
    [
      {
        path: 'api.token',
        message: 'The secret file /none cannot be read (ENOENT).',
        line: 2,
      },
    ],
  ],
  [
    'an empty secret’s file',
    { yaml: 'api: { token: { file: /t } }', files: { '/t': '\n' } },
    [{ path: 'api.token', message: 'The secret file /t is empty.' }],
  ],
  [
    'a file that holds a list',
    { yaml: '- a' },
    [{ path: '', message: 'The file has no settings: its top level must be a mapping.', line: 1 }],
  ],
  [
    'a key given twice',
    { yaml: 'data: a\ndata: b\n' },
    [{ path: '', message: 'This is not valid YAML: Map keys must be unique (`data`).', line: 2, column: 1 }],
  ],
  [
    'a tab',
    { yaml: 'data:\n\t- a\n' },
    [
      {
        path: '',
        message: 'This is not valid YAML: Tabs are not allowed as indentation.',
        remedy: 'Indent with spaces.',
      },
    ],
  ],
  [
    'an alias of nothing',
    { yaml: 'data: a\nrules: *all\n' },
    [{ path: '', message: expect.stringContaining('Unresolved alias'), line: 2, column: 8 }],
  ],
  [
    'an unclosed quote',
    { yaml: 'data: "a\n' },
    [{ path: '', message: 'This is not valid YAML: Missing closing "quote.', line: 2 }],
  ],
];
