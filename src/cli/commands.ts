import type { ArgsDef, CommandDef } from 'citty';
import { alertsCommand, silenceCommand } from './definitions/alerts.ts';
import { deadLettersCommand, kibanaCommand, setupCommand } from './definitions/documents.ts';
import { parseCommand } from './definitions/parse.ts';
import { backtestCommand, explainCommand, scoreCommand, testRulesCommand } from './definitions/rules.ts';
import {
  checkCommand,
  demoCommand,
  generateCommand,
  notifyCommand,
  reloadCommand,
  runCommand,
  statusCommand,
} from './definitions/server.ts';

/** A command with any arguments. */
export type Command = CommandDef<ArgsDef>;

/** All commands by name. */
export const commands = {
  run: runCommand,
  check: checkCommand,
  status: statusCommand,
  reload: reloadCommand,
  notify: notifyCommand,
  silence: silenceCommand,
  alerts: alertsCommand,
  generate: generateCommand,
  demo: demoCommand,
  parse: parseCommand,
  backtest: backtestCommand,
  'test-rules': testRulesCommand,
  explain: explainCommand,
  score: scoreCommand,
  'dead-letters': deadLettersCommand,
  setup: setupCommand,
  kibana: kibanaCommand,
} as unknown as Record<string, Command>;

/** The text of `logboom --help`. */
export const help = (version: string): string => `logboom ${version}

Receives logs from Filebeat (output.logstash), counts events in event-time windows, and notifies within milliseconds.
Writes events, windows and alerts to Elasticsearch or to its embedded store.

Start with
  logboom demo                 shows all parts in a minute, with synthetic traffic; needs no other software
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
  check     [--config file]                      check the configuration
  status    [--config file] [--url url] [--json] show the state of a running logboom
  reload    [--config file] [--url url] [--json] make a running logboom reload its configuration
  notify    [--config file] test NAME            send a test message with a notifier
  silence   [--comment text] [--duration 2h] [--until t] [--query kql] add MATCHER…|list|expire ID…
                                                 keep matching alerts from notifying
  alerts    [--comment text] [--to name] list|acknowledge ID…|assign ID…
                                                 list, acknowledge or assign open alerts
  generate  [--host h] [--port p] [--rate n] [--count n] [--tutorial] [--fast]
                                                 ship synthetic traffic to a Lumberjack listener
  demo      [--fast] [--once] [--data folder]    the tutorial
  parse     [--config file] [--zone z] [--fields n=v,…] [--ndjson] [--write file] [--json] [FORMAT] FILE…
                                                 show the formats of log files, and which lines are not read
  backtest  [--fields n=v,…] [--from t] [--to t] [--json] [--log] RULES INPUT…
                                                 show what rules would have done on log files or a journal
  test-rules [--json] FILE…                      run tests of rules (examples/rules/*.test.yml)
  score     [--seeds n,…] [--json] [RULES]       show precision, recall and delay over labelled incidents
  explain   [--at time] [--group g] [--config file] [--data folder] [--json] ALERT|RULE
                                                 show why an alert fired; with --at, why a rule did or did not
  dead-letters [--index i] [--reason r] [--since t] [--all] [--json] list|show|retry|drop [ID…]
                                                 list, retry or drop documents that Elasticsearch refused
  setup     [--config file] [--url url] [--dry-run] [--overwrite]
                                                 install templates and lifecycle policies in Elasticsearch
  kibana    [--config file] [--url url] [--space s] [--api-key k] [--events pattern] [--overwrite] [--no-rules]
            import|check|export                  import, check or export dashboards and rules for Kibana
  <command> --help                               show the options of a command

Configuration   logboom.yml; every setting has a default: docs/configuration.md, examples/logboom.yml
Environment     LOGBOOM_INPUTS_LUMBERJACK_PORT=5045 overrides inputs.lumberjack.port, and so on
Exit codes      0 success; 1 a failure with a message; 2 wrong usage; 3 a defect in logboom (with its stack);
                130 or 143 if a second signal interrupted the shutdown
`;
