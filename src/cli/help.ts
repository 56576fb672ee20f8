/** `logboom --help`: what a person needs for the first ten minutes. */
export const help = (version: string): string => `logboom ${version}

Takes logs from Filebeat (output.logstash), counts them in event-time windows, and tells people within milliseconds;
writes events, windows and alerts into Elasticsearch, or into a store of its own where there is none.

Begin with
  logboom demo                 shows it all in a minute, with synthetic traffic; needs nothing else
  logboom check                tells what is wrong with ./logboom.yml, all at once
  logboom run                  serves; also what \`logboom\` alone does

Before a rule goes live
  logboom backtest logboom.yml access.log*       what it would have done: every alert, and how many messages
  logboom test-rules examples/rules/*.test.yml   whether it does what its tests say, for CI

Then let Filebeat ship to it (filebeat.yml)
  output.logstash:
    hosts: ["localhost:5044"]

All commands
  run       [--config file] [--data folder]      serve until SIGTERM or Ctrl-C
  check     [--config file]                      check the configuration
  status    [--config file] [--url url] [--json] ask a running logboom how it is
  reload    [--config file] [--url url] [--json] let a running logboom take up its changed configuration
  generate  [--host h] [--port p] [--rate n] [--count n] [--tutorial] [--fast]
                                                 ship synthetic traffic to a Lumberjack listener
  demo      [--fast] [--once] [--data folder]    the tutorial
  backtest  [--fields n=v,…] [--from t] [--to t] [--json] [--log] RULES INPUT…
                                                 what rules would have done, from log files or a journal
  test-rules [--json] FILE…                      run tests of rules (examples/rules/*.test.yml)
  score     [--seeds n,…] [--json] [RULES]       precision, recall and delay over labelled incidents
  explain   [--at time] [--group g] [--config file] [--data folder] [--json] ALERT|RULE
                                                 why an alert fired; with --at, why a rule did or did not
  dead-letters [--index i] [--reason r] [--since t] [--all] [--json] list|show|retry|drop [ID…]
                                                 documents that Elasticsearch refused for good
  setup     [--config file] [--url url] [--dry-run] [--overwrite]
                                                 templates and lifecycle in Elasticsearch, and the rights needed
  kibana    [--config file] [--url url] [--space s] [--api-key k] [--events pattern] [--overwrite] [--no-rules]
            import|check|export                  dashboards and rules for Kibana
  <command> --help                               its options

Configuration   logboom.yml, every setting has a default: docs/configuration.md, examples/logboom.yml
Environment     LOGBOOM_INPUTS_LUMBERJACK_PORT=5045 overrides inputs.lumberjack.port, and so on
Exit codes      0 done; 1 a problem that the message names; 2 wrong usage; 3 a defect in logboom (with its stack);
                130 or 143 where a second signal cut the stop short
`;
