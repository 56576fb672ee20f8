import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsers } from '../../config/schema/parsers.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import { parseFiles } from '../../replay/parse-files.ts';
import { filesMatching } from '../../util/matching-files.ts';
import { printable } from '../../util/text.ts';
import {
  type Answers,
  elasticsearchFrom,
  type InitFlags,
  logsFrom,
  notifierFrom,
  rulesFrom,
  shipperFrom,
} from '../init/answers.ts';
import { initFiles } from '../init/files.ts';
import { fittingRules, typicalRules } from '../init/typical-rules.ts';
import { columns, type Terminal } from '../terminal.ts';

interface InitArguments extends InitFlags {
  /** Folder for the files. */
  folder?: string | undefined;
  /** Whether files that are there are replaced. */
  force?: boolean | undefined;
}

/** Asks one question and returns the text of the answer; the default where it is empty. Undefined where nobody can be asked. */
export type Ask = ((question: string, byDefault: string) => Promise<string>) | undefined;

/**
 * `logboom init`: asks five questions, or takes flags, and writes logboom.yml, filebeat.yml where Filebeat ships, and tests of the rules.
 * Returns 0. Throws `USAGE` for a wrong flag, and for files that are there without `force`.
 */
export async function init(given: InitArguments, terminal: Terminal, ask: Ask): Promise<number> {
  const folder = given.folder ?? '.';
  const refusePresent = (names: readonly string[]) => {
    const present = names.map((name) => join(folder, name)).filter((path) => existsSync(path));
    if (present.length === 0 || given.force) return;
    const [are, them] = present.length === 1 ? ['is', 'it'] : ['are', 'them'];
    throw new LogboomError(
      'USAGE',
      `${present.join(' and ')} ${are} there already. --force replaces ${them}; --folder writes elsewhere.`,
    );
  };
  // Before questions are answered in vain. Which other files there will be depends on the answers.
  if (ask) refusePresent(['logboom.yml']);
  const answers = await answersOf(given, terminal, ask);
  const files = initFiles(answers);
  refusePresent(files.map(({ name }) => name));
  for (const { name, content } of files) write(join(folder, name), content);
  terminal.out(
    conclusion(
      folder,
      files.map(({ name }) => name),
      answers,
    ),
  );
  return 0;
}

function write(path: string, content: string): void {
  try {
    writeFileSync(path, content, { mode: 0o600 });
  } catch (cause) {
    throw new LogboomError('USAGE', `${path} cannot be written: ${messageOf(cause)}.`, { cause });
  }
}

async function answersOf(given: InitArguments, terminal: Terminal, ask: Ask): Promise<Answers> {
  const asked = async <T>(
    flag: 'logs' | 'shipper' | 'elasticsearch' | 'notify' | 'rules',
    question: string,
    byDefault: string,
    read: (text: string, flag?: string) => T,
  ) => {
    const value = given[flag];
    return value !== undefined || ask === undefined
      ? read(value ?? byDefault, flag)
      : untilReadable(() => ask(question, byDefault), read, terminal);
  };
  const logs = await asked('logs', 'Which log files?', usualLogs(), logsFrom);
  const format = given.format === undefined ? await recognised(logs, terminal) : formatFrom(given.format);
  const shipper = await asked(
    'shipper',
    'Who ships them: filebeat, or logboom itself?',
    'filebeat',
    shipperFrom,
  );
  const elasticsearch = await asked(
    'elasticsearch',
    'Address of Elasticsearch, or none for the embedded store?',
    'none',
    elasticsearchFrom,
  );
  const notifier = await asked(
    'notify',
    'Who is notified: address of a webhook, e-mail address, or none?',
    'none',
    notifierFrom,
  );
  const fitting = fittingRules(format);
  if (given.rules === undefined && ask) terminal.out(ruleList());
  const rules = await asked('rules', 'Which rules, or none?', fitting.join(','), rulesFrom);
  return { logs, shipper, format, elasticsearch, notifier, rules };
}

/** The files of the first usual server that has some. Without any, those of nginx are an example. */
function usualLogs(): string {
  const usual = ['nginx/access.log', 'apache2/access.log', 'httpd/access_log', 'syslog', 'messages'];
  const paths = usual.map((name) => `/var/log/${name}`);
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
}

/** Asks again for as long as the answer cannot be read, and says why. */
async function untilReadable<T>(
  ask: () => Promise<string>,
  read: (text: string) => T,
  terminal: Terminal,
): Promise<T> {
  for (;;) {
    const text = await ask();
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof LogboomError)) throw error;
      terminal.err(error.message);
    }
  }
}

const ruleList = () =>
  `Typical rules\n${columns(Object.entries(typicalRules).map(([name, { about }]) => [name, about]))}`;

function formatFrom(text: string): string | undefined {
  return text === 'auto' ? undefined : text;
}

function firstFile(logs: string): string | undefined {
  try {
    return filesMatching(logs).find((path) => existsSync(path));
  } catch {
    return undefined;
  }
}

/** Lines of a file that are looked at to recognise the format. */
const sample = 2_000;

/** The format of most lines of the first file, if it reads nine of ten. */
async function recognised(logs: string, terminal: Terminal): Promise<string | undefined> {
  const path = firstFile(logs);
  if (path === undefined) {
    terminal.out(`No file matches ${printable(logs)} yet. The format is recognised when lines arrive.`);
    return undefined;
  }
  const report = await parseFiles({
    paths: [path],
    parsers: parsers.parse(undefined),
    zone: 'UTC',
    receivedAt: Date.now(),
    limit: sample,
  }).catch((error: unknown) => {
    terminal.out(
      `${printable(path)} cannot be read here: ${messageOf(error)}. The format is recognised when lines arrive.`,
    );
    return undefined;
  });
  if (report === undefined) return undefined;
  if (report.events === 0) {
    terminal.out(`${printable(path)} is empty. The format is recognised when lines arrive.`);
    return undefined;
  }
  const [first] = report.formats;
  const share = first === undefined ? 0 : (first.events - first.failed) / report.events;
  if (first === undefined || share < 0.9) {
    terminal.out(
      `${printable(path)}: no format reads most of its lines. \`logboom parse ${printable(path)}\` shows them; docs/formats.md describes formats of your own.`,
    );
    return undefined;
  }
  terminal.out(
    `${printable(path)}: ${Math.floor(share * 100)} % of ${report.events} lines are in the format ${first.format}.`,
  );
  return first.format;
}

function conclusion(folder: string, names: readonly string[], { shipper, logs, rules }: Answers): string {
  const at = (name: string) => join(folder, name);
  const config = folder === '.' ? '' : ` --config ${at('logboom.yml')}`;
  const steps = [
    [`logboom check${config}`, 'reports problems of the configuration'],
    ...(rules.length > 0
      ? [
          [`logboom test-rules ${at('rules.test.yml')}`, 'runs the tests of the rules'],
          [
            `logboom backtest ${at('logboom.yml')} ${logs}`,
            'shows which alerts your files would have raised',
          ],
        ]
      : []),
    [`logboom run${config}`, 'serves'],
    ...(shipper === 'filebeat' ? [[`filebeat -e -c ${at('filebeat.yml')}`, 'ships the logs']] : []),
    ["curl 'localhost:9200/alerts/_search?pretty'", 'shows the alerts'],
  ];
  return `Wrote ${names.map(at).join(', ')}.\n\nNext\n${columns(steps)}`;
}
