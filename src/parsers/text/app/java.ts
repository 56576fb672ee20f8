import { capitals, digits } from '../text-format.ts';
import { appFormat } from './app-line.ts';

const level = '(?<level>TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE|CONFIG|FINE|FINER|FINEST)';
const stamp =
  '(?<stamp>\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d(?:[,.]\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d)?)';
const logger = '(?<logger>[\\w$.\\[\\]/-]+)';
/** A class within packages, so that no word of a message is taken for a logger. */
const dotted = '(?<logger>[a-z][\\w$]*(?:\\.[\\w$]+)+)';

/** Log4j, Logback, Spring Boot, java.util.logging, Tomcat, Kafka and Elasticsearch; with stack traces. */
export const java = appFormat({
  name: 'java',
  words: 'Log4j or Logback',
  first: `${capitals}${digits}[`,
  layouts: [
    // Spring Boot: 2026-11-20T10:00:00.123+01:00  INFO 12345 --- [app] [main] c.e.App : message
    `^${stamp} +${level} (?:\\[(?:[^\\]]*)\\] )?(?<pid>\\d+) --- (?:\\[(?<service>[^\\]]*)\\] )?\\[(?<thread>[^\\]]*)\\] ${logger} *: (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 [main] INFO  com.example.App - message
    `^${stamp} \\[(?<thread>[^\\]]*)\\] ${level} +${logger}(?:\\((?<line>\\d+)\\))? ?[-:] (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 INFO  [main] com.example.App: message
    `^${stamp} ${level} +\\[(?<thread>[^\\]]*)\\] (?:\\((?<file>[\\w$]+\\.java):(?<line>\\d+)\\) )?${logger}(?: -|:) (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 INFO  [com.example.App] (main) message
    `^${stamp} ${level} +\\[(?<logger>[\\w$.]+)\\] \\((?<thread>[^)]*)\\) (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 INFO  com.example.App: message; 26/11/20 10:00:00 is ambiguous and not read
    `^${stamp} ${level} +${dotted}(?:\\((?<line>\\d+)\\))?(?: -|:) (?<message>.*)$`,
    // ZooKeeper: 2026-11-20 10:00:00,123 [myid:1] - INFO  [main:QuorumPeer@12] - message
    `^${stamp} \\[myid:\\d*\\] - ${level} +\\[(?<thread>.*?):(?<logger>[\\w$.]+)@(?<line>\\d+)\\] - (?<message>.*)$`,
    // Kafka: [2026-11-20 10:00:00,123] INFO message (kafka.server.KafkaServer)
    `^\\[(?<stamp>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3})\\] ${level} (?<message>.*?)(?: \\((?<logger>[\\w$.]+)\\))?(?<more>\\n.*)?$`,
    // Elasticsearch: [2026-11-20T10:00:00,123][INFO ][o.e.n.Node] [node-1] message
    '^\\[(?<stamp>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d,\\d{3})\\]\\[(?<level>[A-Z]+) *\\]\\[(?<logger>[\\w.]+) *\\] ?(?:\\[(?<node>[^\\]]*)\\] ?)?(?<message>.*)$',
    // Tomcat: 20-Nov-2026 10:00:00.123 INFO [main] org.apache.catalina.startup.Catalina.start message
    `^(?<stamp>\\d\\d-[A-Z][a-z]{2}-\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3}) ${level} \\[(?<thread>[^\\]]*)\\] (?<logger>[\\w$.<>]+) (?<message>.*)$`,
    // java.util.logging: Nov 20, 2026 10:00:00 AM com.example.App method, then the level on the next line
    `^(?<stamp>[A-Z][a-z]{2} \\d{1,2}, \\d{4} \\d{1,2}:\\d\\d:\\d\\d [AP]M) (?<logger>[\\w$.]+) (?<function>[\\w$<>]+)\\n${level}: (?<message>.*)$`,
    // Logback without a date: 10:00:00.123 [main] INFO com.example.App - message
    `^\\d\\d:\\d\\d:\\d\\d[.,]\\d{3} \\[(?<thread>[^\\]]*)\\] ${level} +${logger} - (?<message>.*)$`,
    // Log4j TTCC: 12 [main] INFO com.example.App  - message
    `^\\d+ \\[(?<thread>[^\\]]*)\\] ${level} +${logger}(?: [^-]*)? - (?<message>.*)$`,
  ].map((layout) => new RegExp(layout, 's')),
  more: ({ service, node, more, message }) => ({
    'service.name': service?.trim() || undefined,
    'service.node.name': node || undefined,
    ...(more !== undefined && { message: `${message}${more}` }),
  }),
});
