import { cautions, unreadableFiles } from '../../config/checks/cautions.ts';
import type { Loaded } from '../../config/load/load.ts';
import { formatProblems } from '../../config/load/problems.ts';
import type { Config } from '../../config/schema/schema.ts';
import { matcherCautions } from '../../notifiers/control/matcher-problems.ts';
import { ruleCautions } from '../../rules/cautions.ts';
import { sizeText, withoutCredentials } from '../../util/text.ts';
import { columns, type Terminal } from '../terminal.ts';

function documentsGoTo({ elasticsearch, store }: Config): string {
  if (!elasticsearch) return `the embedded store on ${store.host}:${store.port}`;
  const target = elasticsearch.cloud_id ?? elasticsearch.hosts!.join(', ');
  return `Elasticsearch at ${withoutCredentials(target)}`;
}

function protection({ ssl_enabled, token, tokens }: Config['api']): string {
  const count = Object.keys(tokens).length + (token === undefined ? 0 : 1);
  const how = [ssl_enabled ? 'TLS' : '', count === 0 ? '' : count === 1 ? 'a token' : `${count} tokens`];
  const used = how.filter((part) => part !== '').join(' and ');
  return used === '' ? '' : ` with ${used}`;
}

const listed = (names: string[]) => (names.length === 0 ? 'none' : `${names.length}: ${names.join(', ')}`);

const nameOfInput = ({ name, kind }: Config['inputs']['network'][number]) => `${name} (${kind})`;

/** A summary of the configuration. */
function summary(config: Config): string {
  const { lumberjack } = config.inputs;
  const files = config.inputs.files.filter(({ enabled }) => enabled);
  const network = config.inputs.network.filter(({ enabled }) => enabled);
  const tls = lumberjack.ssl_enabled ? ' with TLS' : '';
  return columns([
    ...(lumberjack.enabled ? [['Filebeat ships to', `${lumberjack.host}:${lumberjack.port}${tls}`]] : []),
    ...(files.length > 0 ? [['files', listed(files.map(({ name }) => name))]] : []),
    ...(network.length > 0 ? [['other inputs', listed(network.map(nameOfInput))]] : []),
    ['documents go to', documentsGoTo(config)],
    ...(config.forward ? [['forwarded to', config.forward.hosts.join(', ')]] : []),
    ['rules', listed(config.rules.filter((rule) => rule.enabled).map((rule) => rule.name))],
    ['notifiers', listed(['log', ...Object.keys(config.notifiers).filter((name) => name !== 'log')])],
    ['data', `${config.data}, journal up to ${sizeText(config.journal.maxSize)}`],
    ['API', `${config.api.host}:${config.api.port}${protection(config.api)}`],
  ]);
}

/** `logboom check`: prints all problems and returns 1, or prints a summary and returns 0. */
export function check(loaded: Loaded, terminal: Terminal): number {
  if (!loaded.config) {
    terminal.out(formatProblems(loaded));
    if (loaded.sound) printNotes(loaded.sound, loaded, terminal);
    return 1;
  }
  const from = loaded.path ?? 'defaults and environment; there is no logboom.yml';
  terminal.out(`configuration is fine (${from})\n${summary(loaded.config)}`);
  printNotes(loaded.config, loaded, terminal);
  return 0;
}

/** What is allowed, and probably not meant. Rules with problems are left out: more would only follow from them. */
function printNotes(config: Config, { problems, secretFiles }: Loaded, terminal: Terminal): void {
  const broken = new Set(problems.map(({ path }) => /^rules\[(\d+)\]/.exec(path)?.[1]));
  const rules = config.rules.filter((_, place) => !broken.has(`${place}`));
  const notes = [
    ...unreadableFiles(config),
    ...cautions(config, secretFiles),
    ...ruleCautions({ ...config, rules }),
    ...(problems.length === 0 ? matcherCautions(config) : []),
  ];
  for (const note of notes) terminal.out(`\nNote: ${note}`);
}
