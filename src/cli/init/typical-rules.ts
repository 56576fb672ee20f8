/** A rule that many begin with. */
interface TypicalRule {
  /** What it finds, for the question. */
  about: string;
  /** Formats of lines whose events the rule is about; undefined for all formats. */
  formats?: readonly string[];
  /** The rule as YAML, without notifiers. */
  yaml: string;
  /** A test as YAML: events that raise the alert. */
  test: string;
}

const web = ['access'];

/** The rules that `logboom init` offers, by name. The tests of this file run each with its test. */
export const typicalRules: Record<string, TypicalRule> = {
  'error-share': {
    about: 'more than 5 % of the requests of a minute fail at the server',
    formats: web,
    yaml: `  # More than 5 % of the requests of a minute failed with a server error. Below 20 requests nothing is judged.
  - name: error-share
    where: 'http.response.status_code : *'
    measure: share(http.response.status_code >= 500)
    over: 1m
    every: 5s
    minCount: 20
    when: ">= 5%"
    recover: "< 2%"
    severity: high
    message: "{{value}} of the requests of the last minute failed"
`,
    test: `  - name: a third of the requests fails
    events:
      - generate:
          - { from: "2026-01-01T10:00:00Z", every: 1s, count: 60, status: 200 }
          - { from: "2026-01-01T10:00:00Z", every: 2s, count: 30, status: 503 }
    settle: false
    expect:
      - { rule: error-share, to: active }
`,
  },
  'high-traffic': {
    about: 'an average of more than 10 requests a second over two minutes',
    formats: web,
    yaml: `  # More than 1,200 requests within two minutes: ten a second on average.
  - name: high-traffic
    where: 'http.request.method : *'
    measure: count
    over: 2m
    every: 1s
    when: "> 1200"
    severity: medium
    message: "High traffic generated an alert - hits = {{value}}, triggered at {{time}}"
    recoveryMessage: "Traffic is back to normal - hits = {{value}}"
`,
    test: `  - name: twenty requests a second
    events:
      - generate: { from: "2026-01-01T10:00:00Z", every: 50ms, count: 2600 }
    settle: false
    expect:
      - { rule: high-traffic, to: active }
`,
  },
  'error-logs': {
    about: 'ten or more lines of level error within a minute',
    yaml: `  # Ten or more lines of level error or above within a minute, for each service.
  - name: error-logs
    where: 'log.level >= error'
    by: [service.name]
    measure: count
    over: 1m
    every: 5s
    when: ">= 10"
    severity: high
    message: "{{value}} errors within a minute"
`,
    test: `  - name: twelve errors within twelve seconds
    events:
      - generate:
          { from: "2026-01-01T10:00:00Z", every: 1s, count: 12, line: "{iso} ERROR shop: order {n} failed" }
    settle: false
    expect:
      - { rule: error-logs, to: active }
`,
  },
  'failed-logins': {
    about: 'five or more failed logins from one address within a minute',
    formats: ['syslog'],
    yaml: `  # Five or more failed logins from one address within a minute.
  - name: failed-logins
    where: 'event.category : authentication and event.outcome : failure'
    by: [source.ip]
    measure: count
    over: 1m
    every: 1s
    when: ">= 5"
    severity: high
    message: "{{value}} failed logins from {{source.ip}}"
`,
    test: `  - name: six failed passwords from one address
    events:
      - generate:
          from: "2026-01-01T10:00:00Z"
          every: 2s
          count: 6
          line: "{iso} web-1 sshd[4711]: Failed password for root from 203.0.113.9 port 4{n}22 ssh2"
    settle: false
    expect:
      - { rule: failed-logins, group: 203.0.113.9, to: active }
`,
  },
  silence: {
    about: 'a source of logs that sends nothing for five minutes',
    yaml: `  # A file or sender that has sent events sends none for five minutes.
  - name: silence
    kind: absence
    by: [host.name, event.dataset]
    every: 5m
    severity: medium
    message: "nothing from {{host.name}} for five minutes"
`,
    test: `  - name: ten minutes without a line
    events:
      - generate: { from: "2026-01-01T10:00:00Z", every: 1s, count: 5 }
      - silence: 10m
    expect:
      - { rule: silence, to: active }
`,
  },
};

/** The rules that fit a format, for the default answer. */
export function fittingRules(format: string | undefined): string[] {
  return Object.entries(typicalRules)
    .filter(([, { formats }]) => formats === undefined || (format !== undefined && formats.includes(format)))
    .map(([name]) => name);
}
