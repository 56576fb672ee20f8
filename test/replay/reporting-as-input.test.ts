import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { report } from '../../src/cli/commands/report.ts';
import { terminal } from '../support/cli.ts';
import { aFolder } from '../support/folder.ts';

const now = Date.parse('2026-11-21T00:00:00Z');
const request = (minute: number, path: string) =>
  `192.0.2.7 - - [20/Nov/2026:10:0${minute}:00 +0000] "GET ${path} HTTP/1.1" 200 100 "-" "curl/8"`;

/** A configuration with a file input and a network input, and two files: one that the file input names, and another. */
function setting() {
  const folder = aFolder();
  const file = (name: string, lines: string[]) => {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  };
  const lines = [request(0, '/shop/a'), request(1, '/health'), request(2, '/shop/b')];
  const written = {
    data: join(folder, 'data'),
    inputs: [
      { kind: 'file', name: 'shop', paths: [join(folder, 'shop*.log')], dataset: 'shop.access' },
      { kind: 'tcp', name: 'net', port: 5170, fields: { 'service.name': 'till' } },
      { kind: 'tcp', name: 'text', port: 5171, parser: 'none' },
    ],
    processors: [
      { kind: 'sample', name: 'few', share: 0.5 },
      { kind: 'drop', name: 'no-health', inputs: ['shop'], if: 'url.path : "/health"' },
      { kind: 'add', name: 'mark', inputs: ['net'], fields: { 'labels.by': 'net' } },
    ],
    rules: [],
  };
  const [shop, other] = [file('shop.log', lines), file('other.log', lines)];
  const config = file('logboom.yml', [JSON.stringify(written)]);
  const run = async (options: object, ...paths: string[]) => {
    const shown = terminal(false);
    await report({ _: paths, config, format: 'json', ...options }, shown, now);
    return JSON.parse(shown.text());
  };
  return { shop, other, run };
}

const remark = (names: string) =>
  expect.stringMatching(new RegExp(`^Processors without effect here, .*--as-input .*: ${names}\\.$`));

describe('a report of a file', () => {
  it('that an input names applies the processors of that input, and names those without effect', async () => {
    const { shop, run } = setting();
    const { figures, remarks } = await run({}, shop);
    expect(figures.events).toBe(2);
    expect(remarks).toContainEqual(remark('few, mark'));
  });

  it('of no input applies processors for all inputs only', async () => {
    const { other, run } = setting();
    const { figures, remarks } = await run({}, other);
    expect(figures.events).toBe(3);
    expect(remarks).toContainEqual(remark('few, no-health, mark'));
  });

  it('is of the input that is named: with its processors, its fields and its parser', async () => {
    const { shop, other, run } = setting();
    expect((await run({ 'as-input': 'shop' }, other)).figures.events).toBe(2);
    const marked = { 'as-input': 'net', query: 'labels.by : "net" and service.name : "till"' };
    const net = await run(marked, shop);
    expect(net.figures.events).toBe(3);
    expect(net.remarks).toContainEqual(remark('few, no-health'));
    expect((await run({ query: 'event.dataset : "shop.access"' }, shop, other)).figures.events).toBe(2);
    await expect(run({ 'as-input': 'text' }, shop)).rejects.toThrow('None of the 3 lines has a time');
  });

  it('has the fields of the command before those of the input', async () => {
    const { shop, run } = setting();
    const options = { fields: 'event.dataset=till', query: 'event.dataset : "till"' };
    expect((await run(options, shop)).figures.events).toBe(2);
  });

  it('refuses an input that there is not, and an input without files', async () => {
    const { shop, run } = setting();
    await expect(run({ 'as-input': 'nobody' }, shop)).rejects.toThrow(
      'There is no input `nobody` in the configuration. Known inputs: lumberjack, shop, net, text.',
    );
    await expect(run({ 'as-input': 'shop', from: '2026-11-20T00:00:00Z' })).rejects.toThrow(
      '--as-input is for files',
    );
  });
});
