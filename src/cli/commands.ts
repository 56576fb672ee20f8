import type { ArgsDef, CommandDef } from 'citty';
import { alertsCommand, silenceCommand } from './definitions/alerts.ts';
import { convertCommand } from './definitions/convert.ts';
import { deadLettersCommand, kibanaCommand, setupCommand } from './definitions/documents.ts';
import { initCommand } from './definitions/init.ts';
import { reportCommand } from './definitions/report.ts';
import {
  backtestCommand,
  capsuleCommand,
  explainCommand,
  parseCommand,
  scoreCommand,
  testRulesCommand,
} from './definitions/rules.ts';
import {
  checkCommand,
  demoCommand,
  doctorCommand,
  generateCommand,
  notifyCommand,
  reloadCommand,
  runCommand,
  statusCommand,
} from './definitions/server.ts';
import { shellCommands } from './definitions/shell.ts';
import { topCommand } from './definitions/top.ts';

/** A command with any arguments. */
export type Command = CommandDef<ArgsDef>;

/** All commands by name. */
export const commands: Record<string, Command> = {
  run: runCommand,
  check: checkCommand,
  doctor: doctorCommand,
  status: statusCommand,
  top: topCommand,
  reload: reloadCommand,
  notify: notifyCommand,
  silence: silenceCommand,
  alerts: alertsCommand,
  generate: generateCommand,
  demo: demoCommand,
  parse: parseCommand,
  report: reportCommand,
  convert: convertCommand,
  backtest: backtestCommand,
  'test-rules': testRulesCommand,
  explain: explainCommand,
  capsule: capsuleCommand,
  score: scoreCommand,
  'dead-letters': deadLettersCommand,
  setup: setupCommand,
  kibana: kibanaCommand,
  init: initCommand,
  ...shellCommands(() => commands),
} as unknown as Record<string, Command>;

/** The text of `logboom --help`. */
export const help = (version: string): string => `logboom ${version}

Receives logs from Filebeat (output.logstash), counts events in event-time windows, and notifies within milliseconds.
Writes events, windows and alerts to Elasticsearch or to its embedded store.

Start with
  logboom demo                 shows all parts in a minute, with synthetic traffic; needs no other software
  logboom init                 asks five questions, and writes logboom.yml, filebeat.yml and tests of the rules
  logboom check                reports all problems of ./logboom.yml
  logboom run                  serves; \`logboom\` without a command does the same

Before a rule goes live
  logboom backtest logboom.yml access.log*       shows what it would have done: all alerts and notifications
  logboom test-rules examples/rules/*.test.yml   runs its tests, for CI

Ship logs with Filebeat (filebeat.yml)
  output.logstash:
    hosts: ["localhost:5044"]

All commands
  run       [--config file] [--data folder]      serve until SIGTERM or Ctrl-C
  check     [--config file] [--against journal]  check the configuration; compare its rules with those of the server
            --online                             try what it names too, as logboom doctor does
  doctor    [--config file] [--json]             try all that the configuration names, and say what to mend first
  init      [--logs paths] [--shipper s] [--format f] [--elasticsearch url] [--notify to] [--rules r,…]
            [--folder folder] [--force]          write a configuration to begin with
  status    [--config file] [--url url] [--json] show the state of a running logboom
  reload    [--dry-run] [--config file] [--url url] [--json]
                                                 make a running logboom reload its configuration, or compare the rules
  top       [--config file] [--as-input i] [--url url] [--query kql] [--zone z] [--once] [FILE…]
                                                 show traffic and alerts as they happen, of a server or of log files
  notify    [--config file] test NAME            send a test message with a notifier
  silence   [--comment text] [--duration 2h] [--until t] [--query kql] add MATCHER…|list|expire ID…
                                                 keep matching alerts from notifying
  alerts    [--open] [--since 2h] [--comment text] [--to name]
            list|ID|acknowledge ID…|assign ID…|true ID…|false ID…
            missed --rule r [--group g] --start t [--until t]
                                                 list, show, acknowledge, assign and judge alerts
  generate  [--host h] [--port p] [--rate n] [--count n] [--tutorial] [--fast]
                                                 ship synthetic traffic to a Lumberjack listener
  demo      [--fast] [--once] [--data folder]    the tutorial
  parse     [--config file] [--zone z] [--fields n=v,…] [--ndjson] [--write file] [--json] [FORMAT] FILE…
                                                 show the formats of log files, and which lines are not read
  report    [--from t] [--to t] [--format f] [--write file] [--query kql] [--source s] [FILE…]
                                                 summarise log files, or what a server received
  convert   [--write file] elastalert FILE…      convert rules of ElastAlert 2
  backtest  [--fields n=v,…] [--from t] [--to t] [--json] [--log] RULES INPUT…
                                                 show what rules would have done on log files or a journal
  test-rules [--from capsule] [--json] FILE…     run tests of rules (examples/rules/*.test.yml), or a capsule
  score     [--seeds n,…] [--json] [RULES]       show precision, recall and delay over labelled incidents
            --journal [--config file] [RULES]    the same on the journal, by the verdicts of people
  explain   [--at time] [--group g] [--config file] [--data folder] [--json] ALERT|RULE
            --event ID                           why an alert fired, why a rule did or did not, what became of an event
  capsule   [--output file] [--mask-addresses] [--config file] [--data folder] ALERT
                                                 write an alert with its events and rules to one file that replays it
  dead-letters [--index i] [--reason r] [--since t] [--all] [--json] list|show|retry|drop [ID…]
                                                 list, retry or drop documents that Elasticsearch refused
  setup     [--config file] [--url url] [--dry-run] [--overwrite]
                                                 install templates and lifecycle policies in Elasticsearch
  kibana    [--config file] [--url url] [--space s] [--api-key k] [--events pattern] [--overwrite] [--no-rules]
            [--json] import|check|export         import, check or export dashboards and rules for Kibana
  completion [--help] bash|zsh|fish              print the completion script for a shell
  man       [--help]                             print the manual page
  version   [--json]                             print the version
  <command> --help                               show the options of a command

Configuration   logboom.yml; every setting has a default: docs/configuration.md, examples/logboom.yml
Environment     LOGBOOM_INPUTS_LUMBERJACK_PORT=5045 overrides inputs.lumberjack.port, and so on
Exit codes      0 success; 1 a failure with a message; 2 wrong usage; 3 a defect in logboom (with its stack);
                130 or 143 if a second signal interrupted the shutdown
`;
