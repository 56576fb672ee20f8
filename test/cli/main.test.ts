import { expect, it } from 'vitest';
import { commands, help } from '../../src/cli/commands.ts';
import { addressOf, requests } from '../../src/cli/demo/welcome.ts';
import { main } from '../../src/cli/main.ts';
import { terminal } from '../support/cli.ts';

it('an unexpected error shows its stack and ends with 3', async () => {
  const screen = terminal();
  const broken = {
    ...screen,
    out: () => {
      throw new TypeError('broken');
    },
  };
  expect(await main(['--version'], broken)).toBe(3);
  expect(screen.complaints()).toMatch(/a defect of logboom:\nTypeError: broken\n\s+at /);
});

it('the help names every command and no other', () => {
  const named = [...help('x').matchAll(/^ {2}([\w-]+) +\[--/gm)].map(([, name]) => name);
  expect(named.sort()).toEqual(Object.keys(commands).sort());
});

it('the help names every option of every command', async () => {
  for (const [name, { args }] of Object.entries(commands)) {
    const line = help('x')
      .split('\n')
      .find((one) => one.startsWith(`  ${name} `) && one.includes('[--'))!;
    const named = [...line.matchAll(/\[--(?:no-)?([\w-]+)/g)].map(([, option]) => option);
    for (const option of named) expect([...Object.keys(args ?? {}), 'help']).toContain(option);
  }
});

it.each([
  ['tcp://127.0.0.1:5044', 'localhost:5044'],
  ['http://[::]:9200/', 'localhost:9200'],
  ['0.0.0.0:5044', 'localhost:5044'],
  ['tcp://10.0.0.7:5044', '10.0.0.7:5044'],
  ['http://[::1]:9600', 'localhost:9600'],
])('%s is typed as %s', (url, address) => expect(addressOf(url)).toBe(address));

it('searches go to Elasticsearch where there is no store', () => {
  const urls = {
    lumberjack: 'tcp://127.0.0.1:1',
    api: 'http://127.0.0.1:2',
    elasticsearch: 'https://es:9200',
  };
  expect(requests(urls)[0]).toBe("curl 'https://es:9200/alerts/_search?pretty'");
  expect(requests({ lumberjack: 'x', api: 'http://127.0.0.1:2' })).toEqual(["curl 'localhost:2/status'"]);
});

it.each(Object.keys(commands))('%s has help of its own, without colours in a pipe', async (command) => {
  const screen = terminal(false);
  expect(await main([command, '--help'], screen)).toBe(0);
  expect(screen.text()).toContain(`USAGE logboom ${command}`);
  expect(screen.text()).not.toContain('\u001b');
});

it.each([
  [['chek'], 'There is no command `chek`; did you mean `check`?'],
  [['check', '--confg', 'x'], 'There is no option --confg; did you mean `--config`?'],
  [['check', '--config'], '--config needs a value.'],
  [['check', 'extra'], 'Unexpected argument "extra".'],
  [['generate', '--port', 'x'], '--port takes a whole number from 1 to 65535'],
  [['backtest'], 'Missing required positional argument: RULES.'],
  [['check', '-c', 'x'], 'There is no option -c.\nSee logboom check --help.'],
  [['status', '--url', 'localhost:9600'], '--url takes an address such as http://localhost:9200, but got'],
  [['reload', '--url', 'nope'], '--url takes an address'],
  [['setup', '--url', 'nope'], '--url takes an address'],
  [['kibana', 'check', '--url', 'nope'], '--url takes an address'],
  [['help', 'chek'], 'There is no command `chek`; did you mean `check`?'],
  [['constructor'], 'There is no command `constructor`'],
])('%j is refused with 2', async (args, message) => {
  const screen = terminal(false);
  expect(await main(args, screen)).toBe(2);
  expect(screen.text()).toBe('');
  expect(screen.complaints()).toContain(message);
  expect(screen.complaints()).not.toMatch(/^\s+at /m);
});

it('`help` before a command shows that command’s options', async () => {
  const screen = terminal(false);
  expect(await main(['help', 'check'], screen)).toBe(0);
  expect(screen.text()).toContain('USAGE logboom check');
});

it('an option of two words is known by the name that its help gives', async () => {
  const screen = terminal();
  expect(await main(['setup', '--dry-run'], screen)).toBe(2);
  expect(screen.complaints()).toContain('No Elasticsearch is configured');
  expect(await main(['setup', '--dryrun'], screen)).toBe(2);
  expect(screen.complaints()).toContain('There is no option --dryrun; did you mean `--dry-run`?');
});
