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
