import { describe, expect, it } from 'vitest';
import { check } from '../../src/cli/commands/check.ts';
import { terminal } from '../support/cli.ts';
import { load, yaml } from '../support/config.ts';

describe('check', () => {
  it('prints every problem with place, path, value and remedy, and ends with 1', () => {
    const screen = terminal();
    const text = yaml`
      inputs:
        lumberjack:
          prot: 5045
      api:
        port: none
    `;
    expect(check(load({ yaml: text }), screen)).toBe(1);
    expect(screen.text()).toMatch(
      /^The configuration has 2 problems:\n\nlogboom\.yml:3:5 {2}inputs\.lumberjack\.prot\n/,
    );
    expect(screen.text()).toContain('Unknown setting `prot`; did you mean `port`?\n  → Correct or remove it');
    expect(screen.text()).toContain('logboom.yml:5:3  api.port = "none"\n');
    expect(screen.text()).toContain('→ Write a whole number without quotes');
  });

  it('notes in the same pass what sound rules beside a broken one cannot mean', () => {
    const screen = terminal();
    const text = yaml`
      rules:
        - { name: broken, over: 1m, wen: "> 5", where: "log.level : errr" }
        - { name: sound, over: 1m, where: "source.ipp : 1 and log.level : errr" }
    `;
    expect(check(load({ yaml: text }), screen)).toBe(1);
    expect(screen.text()).toContain('rules[0].wen (rule broken)');
    expect(screen.text()).toContain('Note: Rule `sound`, `where`: `errr` is no level');
    expect(screen.text()).toContain('did you mean `source.ip`?');
    expect(screen.text()).not.toContain('Rule `broken`');
  });

  it('shows the usual settings of a long section, and where all are listed', () => {
    const screen = terminal();
    check(load({ yaml: 'rules: [{ name: a, over: 1m, zzzzzzzzzzz: 1 }]' }), screen);
    expect(screen.text()).toMatch(
      /Known settings here: (`\w+`, ){11}`\w+` and \d+ more, which docs\/configuration.md lists\./,
    );
  });

  it('gives a rule of ElastAlert one message that names the translation', () => {
    const screen = terminal();
    const text = yaml`
      rules:
        - name: many
          type: frequency
          index: logs-*
          num_events: 50
          timeframe: { hours: 4 }
          filter: [{ term: { a: b } }]
          alert: [email]
        - { name: other, over: 1m, whree: a }
    `;
    expect(check(load({ yaml: text }), screen)).toBe(1);
    expect(screen.text()).toContain('The configuration has 2 problems');
    expect(screen.text()).toContain(
      'rules[0] (rule many)\n  This is a rule of ElastAlert.\n  → Translate it: `logboom convert elastalert FILE`',
    );
    expect(screen.text()).toContain('rules[1].whree (rule other)');
  });

  it('knows a rule of Kibana', () => {
    const screen = terminal();
    check(
      load({ yaml: 'rules: [{ name: a, rule_type_id: .es-query, consumer: alerts, params: {} }]' }),
      screen,
    );
    expect(screen.text()).toContain(
      'This is a rule of Kibana.\n  → Write it as docs/from-kibana-rules.md shows.',
    );
  });

  it.each([
    ['ElastAlert', 'name: many\ntype: frequency\nindex: logs-*\nnum_events: 50\nalert: [email]'],
    ['Kibana', '{"rule_type_id": ".es-query", "name": "x", "schedule": {}, "params": {}, "actions": []}'],
  ])('knows a rule of %s that is given as the configuration', (program, text) => {
    const screen = terminal();
    expect(check(load({ yaml: text }), screen)).toBe(1);
    expect(screen.text()).toContain('The configuration has a problem');
    expect(screen.text()).toContain(`This is a rule of ${program}.`);
  });

  it('names a key that stands twice', () => {
    const screen = terminal();
    check(load({ yaml: 'rules:\n  - name: a\n    where: b\n    where: c\n' }), screen);
    expect(screen.text()).toContain(
      'logboom.yml:4:5\n  This is not valid YAML: Map keys must be unique (`where`).',
    );
  });

  it('says what the configuration comes to, and ends with 0', () => {
    const screen = terminal();
    const text = yaml`
      rules:
        - { name: one }
        - { name: off, enabled: false }
      notifiers: { ops: { kind: slack, url: http://hooks.example.org/x } }
    `;
    expect(check(load({ yaml: text }), screen)).toBe(0);
    expect(screen.text()).toContain('configuration is fine (logboom.yml)');
    expect(screen.text()).toMatch(/Filebeat ships to +127\.0\.0\.1:5044\n/);
    expect(screen.text()).toMatch(/documents go to +the embedded store on 127\.0\.0\.1:9200\n/);
    expect(screen.text()).toMatch(/rules +1: one\n/);
    expect(screen.text()).toMatch(/notifiers +2: log, ops\n/);
  });

  it('says where all goes on to', () => {
    const screen = terminal();
    check(load({ yaml: 'forward: { hosts: [logs-1, "logs-2:5045"] }' }), screen);
    expect(screen.text()).toMatch(/forwarded to +logs-1, logs-2:5045\n/);
  });

  it('shows no credentials of an address', () => {
    const screen = terminal();
    check(load({ yaml: 'elasticsearch: { hosts: ["http://u:hunter2@es:9200"] }' }), screen);
    expect(screen.text()).toContain('Elasticsearch at http://…@es:9200');
    expect(screen.text()).not.toContain('hunter2');
  });
});
