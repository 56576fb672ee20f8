import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { explainAlert } from '../../src/cli/commands/explain/explain.ts';
import { combinedTime } from '../../src/generator/access-line.ts';
import { terminal } from '../support/cli.ts';
import { journalOf } from '../support/journal/folder.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const line = (second: number, address = '192.0.2.1') =>
  `${address} - - [${combinedTime(start + second * 1_000)}] "GET / HTTP/1.1" 200 7 "-" "-"`;

async function ask(given: object, lines: string[], where = '') {
  const data = await journalOf([
    { at: start + 60_000, lines: [...lines, line(60)] },
    { at: start + 99_000, lines: [line(9)] },
  ]);
  const config = `${data}/logboom.yml`;
  const rule = `{ name: burst, where: '${where}', by: [source.address], over: 10s, lateness: 1s, when: '>= 3', cooldown: 5m, notify: [log] }`;
  writeFileSync(config, `rules: [${rule}]\n`);
  const screen = terminal();
  const code = await explainAlert({ alert: undefined, config, data, ...given }, screen);
  expect(code).toBe(0);
  return screen.text();
}

it('prints the answer, the settings and a table of windows', async () => {
  const text = await ask({ alert: 'burst', at: '2026-01-01T00:00:15Z' }, [line(1), line(2), line(3)]);
  expect(text).toContain(
    'burst (192.0.2.1)\nOf 4 events of 127.0.0.1:1#1, 1 came after the windows of the rule were closed, by up to 51s.\n\nAt 2026-01-01T00:00:15.000Z it was active, by the window',
  );
  expect(text).toMatch(/ {2}over {6}10s\n {2}lateness {2}1s\n {2}when {6}>= 3\n {2}cooldown {2}5m/);
  expect(text).toMatch(/window +value +events +status +timer +why/);
  expect(text).toMatch(
    /2026-01-01 00:00:00\.000 to 00:00:10\.000 \(not over\) {2}3 +3 +inactive → active +count 3 is >= 3, before the window is over; notified: it became active/,
  );
  expect(text).toContain('1 event arrived late and counted: the windows that had closed were judged again.');
});

it('prints JSON', async () => {
  const asked = { alert: 'burst~192.0.2.1~2026-01-01T00:00:00.000Z', json: true };
  const explanation = JSON.parse(await ask(asked, [line(1), line(2), line(3)]));
  expect(explanation).toMatchObject({
    group: '192.0.2.1',
    windows: [{ to: 'active' }, {}, { to: 'inactive' }],
  });
});

it('lets no sender write on the terminal', async () => {
  const evil = [1, 2, 3].map((second) => line(second, 'evil\u001b[31m'));
  expect(await ask({ alert: 'burst', at: '2026-01-01T00:00:15Z' }, evil)).not.toContain('\u001b');
});

it('prints which part of the filter did not match, for a rule without a time', async () => {
  const text = await ask({ alert: 'burst' }, [line(1)]);
  expect(text).toMatch(
    /^burst\n\n3 of 3 events match `where`\. It never became active\. The window of 192\.0\.2\.1 /,
  );
  const none = await ask({ alert: 'burst' }, [line(1)], 'log.level: ERROR');
  expect(none).toMatch(/part of where +not matched by +by it alone +these events have/);
  expect(none).toMatch(/log\.level: ERROR +3 of 3 +3 +log\.level: nothing \(3\)/);
});

it('names the rules where an id is none', async () => {
  await expect(ask({ alert: 'bursts' }, [])).rejects.toThrow(
    'There is no rule `bursts` in the configuration. Its rules are burst.',
  );
});
