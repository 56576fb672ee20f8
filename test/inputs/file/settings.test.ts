import { appendFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { append, numbered, reading } from './support.ts';

describe('the settings of a file input', () => {
  it('startAt: end passes over what is there, and reads later files from their beginning', async () => {
    const folder = aFolder();
    append(`${folder}/a.log`, 'old');
    const { stored, log } = await reading({ paths: [`${folder}/*.log`], startAt: 'end' });
    await eventually(() => expect(log.join()).toContain('startAt is `end`'));
    append(`${folder}/a.log`, 'new');
    append(`${folder}/b.log`, 'all of b');
    await stored(['new', 'all of b']);
  });

  it('startAt: end passes over the rest of a line that is half there', async () => {
    const path = `${aFolder()}/a.log`;
    appendFileSync(path, 'old\nha');
    const { stored, log } = await reading({ paths: [path], startAt: 'end' });
    await eventually(() => expect(log.join()).toContain('startAt is `end`'));
    append(path, 'lf', 'new');
    await stored(['new']);
  });

  it('startAt: end counts once: what comes while nothing runs is read', async () => {
    const folder = aFolder();
    const settings = { paths: [`${folder}/*.log`], startAt: 'end' as const };
    append(`${folder}/a.log`, 'old');
    const first = await reading(settings);
    await eventually(() => expect(first.log.join()).toContain('startAt is `end`'));
    await first.stop();
    append(`${folder}/a.log`, 'meanwhile');
    append(`${folder}/b.log`, 'new file');
    const second = await reading(settings, first.store);
    await second.stored(['meanwhile', 'new file']);
  });

  it('ignoreOlder passes over old lines and takes new ones', async () => {
    const path = `${aFolder()}/a.log`;
    append(path, 'old');
    utimesSync(path, new Date(0), new Date(0));
    const { stored, log } = await reading({ paths: [path], ignoreOlder: '1h' });
    await eventually(() => expect(log.join()).toContain('older than ignoreOlder'));
    append(path, 'new');
    await stored(['new']);
  });

  it('includeLines come before excludeLines, and both see whole events', async () => {
    const path = `${aFolder()}/a.log`;
    append(path, 'GET /a', 'GET /health', 'POST /a', 'noise', '  GET /indented');
    const { stored, input } = await reading({
      paths: [path],
      includeLines: ['^GET', 'noise'],
      excludeLines: ['/health'],
      multiline: { pattern: '^ ', timeout: '200ms' },
    });
    await stored(['GET /a', 'noise\n  GET /indented']);
    expect(input.stats().events).toBe(2);
  });

  it('maxMessage cuts between characters, marks the event, and passes over the rest, however long', async () => {
    const path = `${aFolder()}/a.log`;
    appendFileSync(path, `${'ü'.repeat(600)}\nshort\n${'y'.repeat(700_000)}\nlast\n`);
    const { stored, store } = await reading({ paths: [path], maxMessage: '1kb' });
    await stored(['ü'.repeat(512), 'short', 'y'.repeat(1024), 'last']);
    expect(store.events.map(({ log }) => log.flags)).toEqual([
      ['truncated'],
      undefined,
      ['truncated'],
      undefined,
    ]);
  });

  it('the rest of a line that is too long is passed over after a restart, too', async () => {
    const path = `${aFolder()}/a.log`;
    appendFileSync(path, 'y'.repeat(5_000));
    const first = await reading({ paths: [path], maxMessage: '1kb' });
    await first.stored(['y'.repeat(1024)]);
    await first.stop();
    append(path, 'still the same line', 'next');
    const second = await reading({ paths: [path], maxMessage: '1kb' }, first.store);
    await second.stored(['y'.repeat(1024), 'next']);
  });

  it('exclude leaves files out by name or by path', async () => {
    const folder = aFolder();
    mkdirSync(`${folder}/tmp`);
    for (const name of ['a.log', 'b.log.gz', 'tmp/c.log']) append(`${folder}/${name}`, name);
    const { stored } = await reading({ paths: [`${folder}/**`], exclude: ['*.gz', `${folder}/tmp/**`] });
    await stored(['a.log']);
  });

  it('symlinks are followed where that is set, and named where it is not', async () => {
    const folder = aFolder();
    append(`${folder}/real`, 'one');
    symlinkSync(`${folder}/real`, `${folder}/link.log`);
    const without = await reading({ paths: [`${folder}/*.log`] });
    await eventually(() => expect(without.log.join()).toContain('set `symlinks: true`'));
    expect(without.store.messages).toEqual([]);
    const { stored, store } = await reading({ paths: [`${folder}/*.log`], symlinks: true });
    await stored(['one']);
    expect(store.events[0]!.log.file.path).toBe(`${folder}/link.log`);
  });

  it('encoding decodes lines, and UTF-16 is known by its mark', async () => {
    const folder = aFolder();
    writeFileSync(`${folder}/a.log`, Buffer.from([0x80, 0x0a]));
    writeFileSync(
      `${folder}/b.log`,
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('größer\r\n', 'utf16le')]),
    );
    const { stored, store } = await reading({ paths: [`${folder}/*.log`], encoding: 'windows-1252' });
    await stored(['€', 'größer']);
    expect(store.events.find(({ message }) => message === 'größer')!.log.offset).toBe(2);
  });

  it('bytes that are no UTF-8 are replaced, and the others of the line stay', async () => {
    const path = `${aFolder()}/a.log`;
    writeFileSync(path, Buffer.from([0x61, 0xff, 0x62, 0x0a]));
    const { stored } = await reading({ paths: [path] });
    await stored(['a\ufffdb']);
  });

  it('container takes time, stream and text out of the line', async () => {
    const path = `${aFolder()}/a.log`;
    append(path, '2026-11-29T10:00:00.5Z stderr F boom');
    const { stored, store } = await reading({ paths: [path], container: 'auto' });
    await stored(['boom']);
    expect(store.events[0]).toMatchObject({ '@timestamp': '2026-11-29T10:00:00.5Z', stream: 'stderr' });
  });

  it('multiline by language joins a trace, also where the program pauses within it', async () => {
    const path = `${aFolder()}/a.log`;
    appendFileSync(path, 'failed\nTraceback (most recent call last):\n');
    const { stored, store } = await reading({
      paths: [path],
      multiline: { language: 'python', timeout: '2s' },
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    append(path, '  File "x"', 'KeyError: 1', 'next');
    await stored(['failed\nTraceback (most recent call last):\n  File "x"\nKeyError: 1', 'next']);
    expect(store.events[0]!.log.flags).toEqual(['multiline']);
  });

  it('maxOpen bounds the files that are open at the same time, and all are read', async () => {
    const folder = aFolder();
    const names = numbered('file', 0, 60);
    for (const name of names) append(`${folder}/${name}.log`, name);
    const { stored, input } = await reading({ paths: [`${folder}/*.log`], maxOpen: 5 });
    await stored(names);
    for (const name of names) append(`${folder}/${name}.log`, `${name} again`);
    await stored([...names, ...names.map((name) => `${name} again`)]);
    // The readers that run at the same time may each have opened one more.
    expect(input.stats().files!.open).toBeLessThanOrEqual(9);
  });

  it('compression: none reads the bytes as they are', async () => {
    const path = `${aFolder()}/a.gz`;
    writeFileSync(path, Buffer.concat([gzipSync('x'), Buffer.from('\n')]));
    const { store } = await reading({ paths: [path], compression: 'none' });
    await eventually(() => expect(store.events.length).toBeGreaterThan(0));
    expect(store.messages).not.toContain('x');
  });
});

describe('a compressed file', () => {
  it('is read once it is whole, and its last line needs no end', async () => {
    const path = `${aFolder()}/a.log.gz`;
    const packed = gzipSync(`${numbered('line', 0, 20_000).join('\n')}`);
    writeFileSync(path, packed.subarray(0, packed.length - 100));
    const { stored, store, input, log } = await reading({ paths: [path] });
    await eventually(() => expect(input.stats().files!.notable[0]!.state).toContain('no end yet'));
    appendFileSync(path, packed.subarray(packed.length - 100));
    await stored(numbered('line', 0, 20_000));
    expect(store.messages).toEqual(numbered('line', 0, 20_000));
    await eventually(() => expect(log.join()).toContain('is read to its end'));
  });

  it('of several members is read to the end of the last', async () => {
    const path = `${aFolder()}/a.log.gz`;
    writeFileSync(path, Buffer.concat([gzipSync('one\ntw'), gzipSync('o\n')]));
    const { stored } = await reading({ paths: [path] });
    await stored(['one', 'two']);
  });

  it('that is damaged gives what can be read, and is told', async () => {
    const path = `${aFolder()}/a.log.gz`;
    const lines = numbered('line', 0, 50_000);
    const packed = gzipSync(lines.join('\n'));
    packed[packed.length - 8]! ^= 0xff;
    writeFileSync(path, packed);
    const { log, store } = await reading({ paths: [path] });
    await eventually(() => expect(log.join()).toContain('is damaged: incorrect data check'));
    await eventually(() => expect(store.messages.length).toBeGreaterThan(10_000));
    expect(store.messages).toEqual(lines.slice(0, store.messages.length));
  });

  it('is not read again after a restart', async () => {
    const path = `${aFolder()}/a.log.gz`;
    writeFileSync(path, gzipSync('one\n'));
    const first = await reading({ paths: [path] });
    await first.stored(['one']);
    await first.stop();
    append(`${path}.log`, 'mark');
    const second = await reading({ paths: [`${path}*`] }, first.store);
    await second.stored(['one', 'mark']);
  });
});

describe('back-pressure', () => {
  it('stops reading while the journal takes nothing, and loses nothing', async () => {
    const path = `${aFolder()}/a.log`;
    const lines = numbered('z'.repeat(500), 0, 20_000);
    append(path, ...lines);
    const running = await reading({ paths: [`${path}.none`] });
    let open = () => {};
    running.store.gate = new Promise((resolve) => {
      open = resolve;
    });
    await running.stop();
    const { store } = running;
    const again = await reading({ paths: [path] }, store);
    await eventually(() => expect(again.input.stats().bytes).toBeGreaterThan(500_000));
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Two batches and what a reader has in hand, not the ten megabytes of the file.
    expect(again.input.stats().bytes).toBeLessThan(3_500_000);
    open();
    await again.stored(lines);
    expect(store.messages).toEqual(lines);
  });

  it('tries a batch again that the disk refused, in order and once', async () => {
    const path = `${aFolder()}/a.log`;
    const lines = numbered('line', 0, 10_000);
    append(path, ...lines);
    const { store } = await reading({ paths: [`${path}.none`] });
    store.refusals = 2;
    const { stored, log } = await reading({ paths: [path] }, store);
    await stored(lines);
    expect(store.messages).toEqual(lines);
    expect(log.join()).toContain('could not be stored');
  });
});
