import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load/load.ts';
import { fromElastAlert } from '../../src/convert/elastalert.ts';
import { addNotifier } from '../../src/convert/elastalert-alerts.ts';

const base = { name: 'r', type: 'any' };
const made = (theirs: object) => {
  const { rules, notifiers, remarks } = fromElastAlert({ ...base, ...theirs });
  return { notify: rules[0]?.notify, notifiers, remarks };
};
const slackUrl = 'https://hooks.slack.com/services/T/B/X';

describe('an alerter of ElastAlert', () => {
  it.each<[string, object, Record<string, object>]>([
    ['slack', { alert: 'slack', slack_webhook_url: slackUrl }, { slack: { kind: 'slack', url: slackUrl } }],
    [
      'slack with a timeout',
      { alert: ['slack'], slack_webhook_url: [slackUrl], slack_timeout: 20 },
      { slack: { kind: 'slack', url: slackUrl, timeout: '20s' } },
    ],
    [
      'email with what ElastAlert takes for granted',
      { alert: 'email', email: 'a@b.example' },
      {
        email: {
          ...{ kind: 'email', host: 'localhost', tls: 'optional' },
          ...{ from: 'ElastAlert@localhost', to: ['a@b.example'] },
        },
      },
    ],
    [
      'email with all settings',
      {
        alert: ['email'],
        email: ['a@b.example', 'c@b.example'],
        smtp_host: 'mail',
        smtp_port: '465',
        smtp_ssl: true,
        from_addr: 'x@b.example',
        cc: 'd@b.example',
        email_reply_to: 'y@b.example',
      },
      {
        email: {
          ...{ kind: 'email', host: 'mail', port: 465, tls: 'implicit', from: 'x@b.example' },
          ...{ to: ['a@b.example', 'c@b.example'], cc: ['d@b.example'], replyTo: 'y@b.example' },
        },
      },
    ],
    [
      'pagerduty',
      { alert: ['pagerduty'], pagerduty_service_key: 'k1' },
      { pagerduty: { kind: 'pagerduty', routingKey: 'k1' } },
    ],
    [
      'ms_power_automate',
      { alert: ['ms_power_automate'], ms_power_automate_webhook_url: ['https://w.example'] },
      { ms_power_automate: { kind: 'teams', url: 'https://w.example' } },
    ],
    [
      'command without arguments',
      { alert: ['command'], command: ['/usr/bin/page'] },
      { command: { kind: 'command', command: '/usr/bin/page' } },
    ],
    [
      'command that gets the event on its input',
      { alert: ['command'], command: ['/usr/bin/page', '-v', 7], pipe_match_json: true },
      { command: { kind: 'command', command: '/usr/bin/page', arguments: ['-v', '7'] } },
    ],
    [
      'post',
      { alert: ['post'], http_post_url: 'https://p' },
      { post: { kind: 'webhook', url: 'https://p' } },
    ],
    [
      'http_post2 with headers',
      { alert: ['http_post2'], http_post_url: 'https://p', http_post_headers: { a: 'b' } },
      { post: { kind: 'webhook', url: 'https://p', headers: { a: 'b' } } },
    ],
    [
      'alertmanager by its name',
      { alert: ['alertmanager'], alertmanager_hosts: ['am:9093'] },
      { alertmanager: { kind: 'alertmanager', url: 'http://am:9093' } },
    ],
    [
      'alertmanager by its address',
      { alert: ['alertmanager'], alertmanager_hosts: 'https://am:9093' },
      { alertmanager: { kind: 'alertmanager', url: 'https://am:9093' } },
    ],
  ])('%s', (_, theirs, notifiers) => {
    expect(made(theirs)).toEqual({ notify: Object.keys(notifiers), notifiers, remarks: [] });
    const text = JSON.stringify({ notifiers });
    const { problems } = loadConfig({ path: 'x.yml', env: {}, checks: [], readFile: () => text });
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ alert: ['slack'] }, '`slack_webhook_url` is missing'],
    [{ alert: ['slack'], slack_webhook_url: [] }, '`slack_webhook_url` is missing'],
    [{ alert: ['email'] }, '`email` is missing'],
    [{ alert: ['email'], email: null }, '`email` is missing'],
    [{ alert: ['pagerduty'] }, '`pagerduty_service_key` is missing'],
    [{ alert: ['ms_power_automate'] }, '`ms_power_automate_webhook_url` is missing'],
    [
      { alert: ['ms_teams'] },
      'connectors of Office 365 are retired; create a workflow and use `kind: teams`',
    ],
    [{ alert: ['command'] }, 'a command as one text needs a shell; write it as a list'],
    [{ alert: ['command'], command: [] }, 'a command as one text needs a shell; write it as a list'],
    [
      { alert: ['command'], command: ['say', '%(user)s'] },
      '`%(field)s` in a command; use templates such as `{{host.name}}`',
    ],
    [
      { alert: ['command'], command: ['say', '{match[user]}'] },
      '`%(field)s` in a command; use templates such as `{{host.name}}`',
    ],
    [{ alert: ['command'], command: ['say'], pipe_match_json: false }, '`pipe_match_json`'],
    [{ alert: ['post'] }, '`http_post_url` is missing'],
    [{ alert: ['alertmanager'] }, '`alertmanager_hosts` is missing'],
    [{ alert: ['telegram'] }, 'it has no counterpart'],
    [{ alert: ['toString'] }, 'it has no counterpart'],
  ])('%j is not converted', (theirs, reason) => {
    const [alerter] = (theirs as { alert: string[] }).alert;
    expect(made(theirs)).toEqual({
      notify: undefined,
      notifiers: {},
      remarks: [`The alert \`${alerter}\` is not converted: ${reason}.`],
    });
  });

  const slack = { alert: ['slack'], slack_webhook_url: slackUrl };
  const email = { alert: ['email'], email: 'a@b.example' };
  const post = { alert: ['post'], http_post_url: 'https://p' };
  it.each<[object, string[]]>([
    [
      { ...slack, slack_webhook_url: [slackUrl, 'https://b'] },
      ['`slack_webhook_url`: only the first of 2 is converted.'],
    ],
    [
      { ...slack, slack_channel_override: '#ops', slack_emoji_override: ':fire:' },
      [
        '`slack_channel_override` is not converted: a webhook of Slack writes into the channel that it was made for.',
        '`slack_emoji_override` is not converted.',
      ],
    ],
    [{ ...email, bcc: 'b@b.example' }, ['`bcc` is not converted: name the address in `to` or `cc`.']],
    [{ ...email, smtp_key_file: 'k', cc: 'c@b.example' }, ['`smtp_key_file` is not converted.']],
    [{ ...email, email_format: 'html' }, ['`email_format` is not converted.']],
    [
      { alert: ['pagerduty'], pagerduty_service_key: 'k', pagerduty_incident_key: '{0}' },
      ['`pagerduty_incident_key` is not converted.'],
    ],
    [
      { ...post, http_post_payload: { host: 'host.name' }, http_post_timeout: 5 },
      [
        '`http_post_payload` is not converted: a webhook sends the document of the alert.',
        '`http_post_timeout` is not converted.',
      ],
    ],
    [
      { alert: ['alertmanager'], alertmanager_hosts: ['a:1', 'b:1', 'c:1'], alertmanager_labels: { x: 'y' } },
      ['`alertmanager_labels` is not converted.', '`alertmanager_hosts`: only the first of 3 is converted.'],
    ],
    // Of an alerter that the rule does not have, nothing is lost.
    [{ ...slack, bcc: 'b@b.example', http_post_payload: {} }, []],
  ])('%j leaves something out, and says so', (theirs, remarks) => {
    const { notify, remarks: said } = made(theirs);
    expect([notify, said]).toEqual([(theirs as { alert: string[] }).alert, remarks]);
  });

  it.each([[undefined], [null], [[]]])('is none where `alert` is %j', (alert) => {
    expect(made({ alert })).toEqual({ notify: undefined, notifiers: {}, remarks: [] });
  });

  it('has the password of a file no more, which is said', () => {
    const { remarks } = made({ alert: ['email'], email: 'a@b.example', smtp_auth_file: '/etc/x' });
    expect(remarks).toEqual(['`smtp_auth_file`: set `user` and `password` of the notifier.']);
  });
});

// "Options for each alerter can either be defined at the top level of the YAML file, or nested within the alert name."
describe('several alerters of one rule', () => {
  it('are notified in their order, and the log once', () => {
    const { notify } = made({
      alert: ['debug', 'post', 'slack', 'debug'],
      http_post_url: 'https://p',
      slack_webhook_url: slackUrl,
    });
    expect(notify).toEqual(['log', 'post', 'slack']);
  });

  it('are one where they say the same under two names', () => {
    const { notify, notifiers } = made({ alert: ['post', 'http_post'], http_post_url: 'https://p' });
    expect([notify, Object.keys(notifiers)]).toEqual([['post'], ['post']]);
  });

  it('have settings of their own, which come before those of the rule', () => {
    const { notify, notifiers, remarks } = made({
      alert: ['email', { email: { email: 'customer@b.example', from_addr: 'no-reply@b.example' } }],
      ...{ email: 'ops@b.example', from_addr: 'x@b.example', smtp_host: 'mail' },
    });
    expect(remarks).toEqual([]);
    expect(notify).toEqual(['email', 'email-2']);
    expect(notifiers).toEqual({
      email: { kind: 'email', host: 'mail', tls: 'optional', from: 'x@b.example', to: ['ops@b.example'] },
      'email-2': {
        ...{ kind: 'email', host: 'mail', tls: 'optional' },
        ...{ from: 'no-reply@b.example', to: ['customer@b.example'] },
      },
    });
  });

  it.each([
    [{ slack: null }, 'slack'],
    [{ slack: 'x' }, 'slack'],
    [{}, ''],
  ])('%j has none of its own', (entry, name) => {
    const { remarks } = made({ alert: [entry] });
    expect(remarks[0]).toMatch(`The alert \`${name}\` is not converted`);
  });
});

describe('the name of a notifier', () => {
  it.each<[Record<string, object>, object, string]>([
    [{}, { kind: 'a' }, 'n'],
    [{ n: { kind: 'a' } }, { kind: 'a' }, 'n'],
    [{ n: { kind: 'a' } }, { kind: 'b' }, 'n-2'],
    [{ n: { kind: 'a' }, 'n-2': { kind: 'b' } }, { kind: 'b' }, 'n-2'],
    [{ n: { kind: 'a' }, 'n-2': { kind: 'b' } }, { kind: 'c' }, 'n-3'],
    [{ m: { kind: 'a' } }, { kind: 'c' }, 'n'],
  ])('beside %j of %j is %s', (known, settings, name) => {
    const all = structuredClone(known) as Record<string, Record<string, unknown>>;
    expect(addNotifier(all, 'n', settings as Record<string, unknown>)).toBe(name);
    expect(all).toEqual({ ...known, [name]: settings });
  });
});
