import { splitTrace } from '../stack-trace.ts';
import { capitals, digits } from '../text-format.ts';
import { appFormat } from './app-line.ts';

const level = '(?<level>TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE|CONFIG|FINE|FINER|FINEST)';
const stamp =
  '(?<stamp>\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d(?:[,.]\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d)?)';
const logger = '(?<logger>[\\w$.\\[\\]/-]+)';
/** A class within packages, so that no word of a message is taken for a logger. */
const dotted = '(?<logger>[a-z][\\w$]*(?:\\.[\\w$]+)+)';
/** A class within packages, or a class alone with the line that logged. */
const dottedOrPlaced = '(?<logger>[a-z][\\w$]*(?:\\.[\\w$]+)+|[A-Z][\\w$]*(?=:\\d+ - ))';
/** Where the program logged: `:42`, `(42)`, `(App.java:42)` or `(App.java:run(42))`. */
const position =
  '(?: ?[:(](?:(?<file>[\\w$]+\\.(?:java|kt|scala|groovy)):(?:(?<function>[\\w$<>]+)\\()?)?(?<line>\\d+)\\)*)?';
/** Trace and span, as Spring Boot 3 writes them; blanks without a trace. */
const correlation = '(?:\\[(?:(?<trace>[0-9a-f]{16,32})-(?<span>[0-9a-f]{16})| *)\\] )?';
/** `key="value"` pairs, as Logback 1.3 and later writes them between two hyphens. */
const pairs = '(?<pairs>[\\w.]+="[^"]*"(?: [\\w.]+="[^"]*")*)';

/** Log4j, Logback, Spring Boot, java.util.logging, Tomcat, Kafka and Elasticsearch; with stack traces. */
export const java = appFormat({
  name: 'java',
  words: 'Log4j or Logback',
  first: `${capitals}${digits}[`,
  layouts: [
    // Spring Boot: 2026-11-20T10:00:00.123+01:00  INFO 12345 --- [app] [main] c.e.App : message
    `^${stamp} +${level} (?:\\[(?<sleuth>[^\\]]*)\\] )?(?<pid>\\d+) --- (?:\\[(?<service>[^\\]]*)\\] (?=\\[))??\\[(?<thread>[^\\]]*)\\] ${correlation}${logger} *: (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 [main] INFO  com.example.App - message
    `^${stamp} \\[(?<thread>[^\\]]*)\\] ${level} +${logger}${position} ?[-:] (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 INFO  [main] com.example.App: message
    `^${stamp} ${level} +\\[(?<thread>[^\\]]*)\\] (?:\\((?<file>[\\w$]+\\.java):(?<line>\\d+)\\) )?${logger}(?: -|:) (?<message>.*)$`,
    // Hadoop: 2026-11-20 10:00:00,123 INFO  [main] server.NodeManager (NodeManager.java:main(512)) - message
    `^${stamp} ${level} +\\[(?<thread>[^\\]]*)\\] ${logger}${position} - (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 INFO  [com.example.App] (main) message
    `^${stamp} ${level} +\\[(?<logger>[\\w$.]+)\\] \\((?<thread>[^)]*)\\) (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 INFO  com.example.App: message; 26/11/20 10:00:00 is ambiguous and not read
    `^${stamp} ${level} +${dottedOrPlaced}${position}(?: -|:) (?<message>.*)$`,
    // 2026-11-20 10:00:00,123 INFO com.example.App [main] message
    `^${stamp} ${level} +${dotted} \\[(?<thread>[^\\]]*)\\] (?:- )?(?<message>.*)$`,
    // 2026-11-20 10:00:00,123 INFO  [com.example.App] - message
    `^${stamp} ${level} +\\[${dotted}\\] - (?<message>.*)$`,
    // Cassandra: INFO  [main] 2026-11-20 10:00:00,123 StorageService.java:700 - message
    `^${level} +\\[(?<thread>[^\\]]*)\\] ${stamp} (?<file>[\\w$]+\\.java):(?<line>\\d+) - (?<message>.*)$`,
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
    // Logback without a date: 10:00:00.123 [main] INFO com.example.App - message; since 1.3 also -- message, and -key="value"- message
    `^\\d\\d:\\d\\d:\\d\\d[.,]\\d{3} \\[(?<thread>[^\\]]*)\\] ${level} +${logger} -(?:${pairs}?-)? (?<message>.*)$`,
    // Log4j TTCC: 12 [main] INFO com.example.App  - message
    `^\\d+ \\[(?<thread>[^\\]]*)\\] ${level} +${logger}(?: [^-]*)? - (?<message>.*)$`,
  ].map((layout) => new RegExp(layout, 's')),
  more: ({ service, sleuth = '', trace, span, node, more, message, logger: name, line }) => {
    const [ownService, ownTrace, ownSpan] = sleuth.split(',');
    const [, type, method] = (line !== undefined && withMethod.exec(name ?? '')) || [];
    return {
      'service.name': (service ?? ownService)?.trim() || undefined,
      'service.node.name': node || undefined,
      'trace.id': (trace ?? ownTrace) || undefined,
      'span.id': (span ?? ownSpan) || undefined,
      ...(type !== undefined && { 'log.logger': type, 'log.origin.function': method }),
      ...(more !== undefined && splitTrace(`${message}${more}`)),
    };
  },
});

/** A class with its method: `com.example.App.run`. */
const withMethod = /^((?:.*\.)?[A-Z][\w$]*)\.([a-z<][\w$>]*)$/;
