import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { capsule } from '../../../src/cli/commands/capsule.ts';
import { testRules } from '../../../src/cli/commands/test-rules.ts';
import { type ConfigInput, schema } from '../../../src/config/schema/schema.ts';
import { backtest } from '../../../src/replay/backtest.ts';
import { type Capsule, readCapsule, writeCapsule } from '../../../src/replay/capsule/format.ts';
import { makeCapsule } from '../../../src/replay/capsule/make.ts';
import { playCapsule } from '../../../src/replay/capsule/play.ts';
import { transitionLog } from '../../../src/replay/replay.ts';
import { terminal } from '../../support/cli.ts';
import { aFolder } from '../../support/folder.ts';
import { journalOf } from '../../support/journal/folder.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => start + seconds * 1_000;
const line = (second: number, address: string, message = 'GET / password=hunter2') =>
  JSON.stringify({ '@timestamp': new Date(at(second)).toISOString(), message, source: { ip: address } });

/** Two bursts of one address, an hour apart, and other lines each minute. */
const seconds = Array.from({ length: 121 }, (_, minute) => minute * 60);
const records = seconds.flatMap((second) => {
  const bursts =
    second === 600 || second === 4_200
      ? Array.from({ length: 6 }, (_, n) => line(second + n, '192.0.2.7'))
      : [];
  return [
    { at: at(second + 10), documents: [line(second, '192.0.2.1'), ...bursts] },
    ...[20, 30, 40, 50].map((more) => ({ at: at(second + more) })),
  ];
});

const burst = {
  name: 'burst',
  by: ['source.ip'],
  over: '10s',
  lateness: '1s',
  when: '>= 5',
  notify: ['log'],
};
const second = 'burst~192.0.2.7~2026-01-01T01:10:00.000Z';

async function aConfig(rules: unknown[] = [burst, { ...burst, name: 'other' }]) {
  return schema.parse({ data: await journalOf(records), rules } as ConfigInput);
}

describe('a capsule', () => {
  it('holds a slice of the journal on which its rule leads to the same transitions, byte for byte', async () => {
    const config = await aConfig();
    const made = await makeCapsule(second, config, { addresses: false });
    const { transitions } = await backtest({ config, inputs: [`journal:${config.data}`], receivedAt: 0 });
    const live = transitionLog(
      transitions.filter(({ episode }) => episode === second),
      ['burst'],
    );
    const played = playCapsule(made.records, made.analysis);
    expect(
      played
        .filter((one) => one.includes(second))
        .map((one) => `${one}\n`)
        .join(''),
    ).toBe(live);
    expect(made).toMatchObject({ alert: second, masked: ['secrets'], expected: played });
    expect(made.analysis.rules.map(({ name }) => name)).toEqual(['burst']);
    expect(made.records.length).toBeLessThan(records.length / 10);
  });

  it('holds no secrets, and on request no addresses; the alert is the same otherwise', async () => {
    const config = await aConfig();
    const plain = JSON.stringify(await makeCapsule(second, config, { addresses: false }));
    expect(plain).toContain('192.0.2.7');
    expect(plain).not.toContain('hunter2');
    const made = await makeCapsule(second, config, { addresses: true });
    const text = JSON.stringify(made);
    expect(text).not.toMatch(/192\.0\.2|hunter2|127\.0\.0\.1/);
    expect(made.alert).toMatch(/^burst~10\.0\.0\.\d~2026-01-01T01:10:00\.000Z$/);
    expect(made.expected.map((one) => JSON.parse(one).to)).toEqual(['active', 'inactive']);
    expect(playCapsule(made.records, made.analysis)).toEqual(made.expected);
  });

  it('reaches back as far as the rule remembers', async () => {
    const normal = { name: 'unusual', kind: 'spike', over: '1m', lateness: '1s', ratio: 3, minBefore: 1 };
    const config = await aConfig([normal]);
    const { transitions } = await backtest({ config, inputs: [`journal:${config.data}`], receivedAt: 0 });
    const { episode } = transitions.findLast(({ to }) => to === 'active')!;
    const { expected } = await makeCapsule(episode, config, { addresses: false });
    expect(expected.some((one) => one.includes(episode))).toBe(true);
  });

  it.each([
    ['burst~192.0.2.7~2026-01-01T05:00:00.000Z', 'holds nothing about the alert'],
    ['nobody~192.0.2.7~2026-01-01T01:10:00.000Z', 'There is no rule `nobody`'],
    ['burst', 'is not the ID of an alert'],
  ])('of %s cannot be made', async (id, reason) => {
    await expect(makeCapsule(id, await aConfig(), { addresses: false })).rejects.toThrow(reason);
  });
});

describe('the file of a capsule', () => {
  const made: Capsule = {
    ...{ capsule: 1, version: '1', alert: 'a', masked: ['secrets'], records: [], expected: [] },
    analysis: { rules: [] } as unknown as Capsule['analysis'],
  };

  it.each(['a.json', 'a.json.gz'])('%s is read as it was written, and only its owner may read it', (name) => {
    const path = `${aFolder()}/${name}`;
    writeCapsule(path, made);
    expect(readCapsule(path)).toEqual(made);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['', 'Unexpected end'],
    ['{}', 'capsule: '],
    [JSON.stringify({ ...made, capsule: 2 }), 'capsule: '],
    [JSON.stringify({ ...made, records: [{ kind: 'tick' }] }), 'records.0'],
  ])('with the content %j is refused', (content, reason) => {
    const path = `${aFolder()}/a.json`;
    writeFileSync(path, content);
    expect(() => readCapsule(path)).toThrow(`${path} is not a capsule: ${reason}`);
  });
});

describe('the commands', () => {
  it('write a capsule, and run it as a test that passes, and fails with other rules', async () => {
    const config = await aConfig();
    const folder = aFolder();
    writeFileSync(`${folder}/logboom.yml`, JSON.stringify({ rules: [burst] }));
    writeFileSync(`${folder}/other.yml`, JSON.stringify({ rules: [{ ...burst, when: '>= 50' }] }));
    const [output, screen] = [`${folder}/incident.json.gz`, terminal()];
    expect(
      await capsule({ alert: second, config: `${folder}/logboom.yml`, data: config.data, output }, screen),
    ).toBe(0);
    expect(screen.text()).toContain(`Run it as a test: logboom test-rules --from ${output}`);
    expect(gunzipSync(readFileSync(output)).toString()).toContain('"capsule":1');

    const passed = terminal();
    expect(testRules([], { from: output }, passed)).toBe(0);
    expect(passed.text()).toContain('1 passed, 0 failed');
    const failed = terminal();
    expect(testRules([`${folder}/other.yml`], { from: output }, failed)).toBe(1);
    expect(failed.text()).toMatch(/- \{"id":"burst~192/);
    expect(testRules([], { from: `${folder}/none.json` }, terminal())).toBe(1);
    expect(() => testRules([], {}, terminal())).toThrow('Name the files of tests, or a capsule');
  });
});
