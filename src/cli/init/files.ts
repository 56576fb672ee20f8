import type { Answers, Notifier } from './answers.ts';
import { typicalRules } from './typical-rules.ts';

/** A file that `logboom init` writes. */
interface InitFile {
  name: string;
  content: string;
}

/** The configuration, the configuration of Filebeat where it ships, and the tests of the rules. */
export function initFiles(answers: Answers): InitFile[] {
  return [
    { name: 'logboom.yml', content: configuration(answers) },
    ...(answers.shipper === 'filebeat' ? [{ name: 'filebeat.yml', content: filebeat(answers) }] : []),
    ...(answers.rules.length > 0 ? [{ name: 'rules.test.yml', content: tests(answers) }] : []),
  ];
}

/** Text in double quotes, which YAML reads as JSON does. */
const quoted = (text: string) => JSON.stringify(text);

/** The dataset names the parser of the lines, and the documents carry it. */
const datasets: Record<string, string> = { access: 'web.access', syslog: 'system.syslog' };
const datasetOf = ({ format }: Answers) =>
  format === undefined ? 'app.log' : (datasets[format] ?? `app.${format}`);

function configuration(answers: Answers): string {
  const parts = [
    '# Written by `logboom init`. Every setting has a default; the documentation lists all of them.\n#   logboom check     reports problems of this file\n#   logboom run       serves',
    inputs(answers),
    parsers(answers),
    destination(answers),
    notifiers(answers.notifier),
    rules(answers),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function inputs({ shipper, logs, format, ...rest }: Answers): string {
  if (shipper === 'filebeat')
    return `inputs:
  # Filebeat ships here: filebeat.yml. Use 0.0.0.0 for Filebeats on other machines; then TLS is needed as well.
  lumberjack:
    host: 127.0.0.1
    port: 5044`;
  const parser = format === undefined ? '' : `\n    parser: ${format}`;
  return `inputs:
  - kind: file
    name: logs
    paths: [${quoted(logs)}]
    dataset: ${datasetOf({ shipper, logs, format, ...rest })}${parser}
    # The first run reads the files from here on. Files that appear later are read from their beginning.
    startAt: end`;
}

/** Where logboom reads the files itself, the input names its parser. */
function parsers(answers: Answers): string {
  const isNamed = answers.shipper !== 'logboom' && answers.format !== undefined;
  const byDataset = `
  byDataset:
    ${datasetOf(answers)}: ${answers.format}`;
  return `parsers:${isNamed ? byDataset : ''}
  # Documents have the fields that Elastic's integrations add: the browser, \`event.module\`, \`related.ip\` and others.
  enrich: { userAgent: true, integrations: true }`;
}

function destination({ elasticsearch }: Answers): string {
  if (elasticsearch === undefined)
    return `# Events, windows and alerts go into the embedded store, which answers as Elasticsearch does:
#   curl 'localhost:9200/alerts/_search?pretty'
store:
  host: 127.0.0.1
  port: 9200`;
  const isLocal = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]?/.test(elasticsearch);
  return `elasticsearch:
  hosts: [${quoted(elasticsearch)}]
${isLocal ? '  # With security enabled:\n  # api_key: ${ES_API_KEY}' : '  # An API key that may write: docs/security.md. Set the variable before the start.\n  api_key: ${ES_API_KEY}'}`;
}

function notifiers(notifier: Notifier | undefined): string {
  if (notifier === undefined) return '# Alerts are written to the log. `notifiers:` sends them to people.';
  if (notifier.kind === 'email')
    return `notifiers:
  people:
    kind: email
    # The mail server. \`logboom notify test people\` tries it.
    host: localhost
    port: 25
    tls: optional
    from: logboom@localhost
    to: [${quoted(notifier.to)}]`;
  return `notifiers:
  people:
    kind: ${notifier.kind}
    # \`logboom notify test people\` tries it. The address is a secret: \${NAME} takes it from the environment.
    url: ${quoted(notifier.url)}`;
}

function rules({ rules: names, notifier }: Answers): string {
  if (names.length === 0) return '# No rules: events are stored and counted.\nrules: []';
  const notify = notifier === undefined ? '' : '    notify: [people]\n';
  return `# Before a rule pages people, look at what it would have done: logboom backtest logboom.yml FILE
rules:
${names.map((name) => typicalRules[name]!.yaml + notify).join('\n')}`.trimEnd();
}

function filebeat(answers: Answers): string {
  return `# Written by \`logboom init\`: filebeat -e -c filebeat.yml
filebeat.inputs:
  - type: filestream
    id: logs
    paths: [${quoted(answers.logs)}]
    fields_under_root: true
    fields:
      event.dataset: ${datasetOf(answers)}
    # How soon a new line is read. By default Filebeat waits for up to 10 s.
    backoff.init: 20ms
    backoff.max: 50ms
    prospector.scanner.check_interval: 1s

# Events are sent at once. By default Filebeat waits for others for up to 10 s.
queue.mem.flush.timeout: 0s

output.logstash:
  hosts: ["127.0.0.1:5044"]
`;
}

function tests({ rules: names }: Answers): string {
  return `# Tests of the rules in logboom.yml: logboom test-rules rules.test.yml
rules: ./logboom.yml
tests:
${names.map((name) => typicalRules[name]!.test).join('\n')}`;
}
