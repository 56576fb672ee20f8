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
