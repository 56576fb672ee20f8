import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FileState } from '../../../src/inputs/file/file-state.ts';
import { eventually } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { append, MemoryStore, numbered, reading } from './support.ts';

const long = 'x'.repeat(120);
/** More than a fingerprint's bytes. */
const many = (word: string, from = 0, to = 20) => numbered(`${long} ${word}`, from, to);

/** The positions that are stored, by path. */
const positions = (store: MemoryStore): Map<string, FileState> =>
  new Map(
    [...store.kept.values()]
      .map((value) => value as FileState)
      .filter(({ path }) => path !== undefined)
      .map((state) => [state.path, state]),
  );

describe('what people complain about in file inputs', () => {
  it('an inode that was given anew is no truncation: the new file is read from its beginning, the log says why', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, ...many('old'));
    const first = await reading({ paths: [path] });
    await first.stored(many('old'));
    await first.stop();
    const { ino } = statSync(path);
    // The same inode with other content, longer than what was read: a size alone tells nothing.
    writeFileSync(
      path,
      many('new', 0, 30)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(statSync(path).ino).toBe(ino);
    const second = await reading({ paths: [path] }, first.store);
    await second.stored([...many('old'), ...many('new', 0, 30)]);
    expect(second.log.join()).toContain('the file has other content: its beginning changed');
    expect(second.log.join()).not.toContain('truncated');
  });

  it('a position never lies beyond the size of its file, and nothing is sent again after a truncation and a restart', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, ...many('old'));
    const first = await reading({ paths: [path] });
    await first.stored(many('old'));
    truncateSync(path);
    append(path, 'one');
    await first.stored([...many('old'), 'one']);
    await first.stop();
    for (const [file, { offset, inode }] of positions(first.store))
      if (inode !== '') expect(offset, file).toBeLessThanOrEqual(statSync(file).size);
    const second = await reading({ paths: [path] }, first.store);
    append(path, 'two');
    await second.stored([...many('old'), 'one', 'two']);
  });

  it('whoever reads a file from its beginning says so with a reason, and events name device, inode and fingerprint', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, 'one');
    const { log, store, stored } = await reading({ paths: [path] });
    await stored(['one']);
    expect(log).toContain(`${path} is read from its beginning: it is new.`);
    const { device_id, inode, fingerprint } = store.events[0]!.log.file;
    const { dev, ino } = statSync(path);
    expect([device_id, inode]).toEqual([String(dev), String(ino)]);
    expect(fingerprint).toHaveLength(64);
  });

  it('a new file does not begin at the position of the file that had its inode', async () => {
    const folder = aFolder();
    append(`${folder}/a.log`, ...many('a'));
    const first = await reading({ paths: [`${folder}/*.log`] });
    await first.stored(many('a'));
    await first.stop();
    renameSync(`${folder}/a.log`, `${folder}/b.log`);
    writeFileSync(`${folder}/b.log`, 'head of b\n');
    const second = await reading({ paths: [`${folder}/*.log`] }, first.store);
    await second.stored([...many('a'), 'head of b']);
    expect(second.log.join()).toContain("a.log's before, with other content");
  });

  it('a stored position beyond the end is not waited for: the file begins anew', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, ...many('old'));
    const first = await reading({ paths: [path] });
    await first.stored(many('old'));
    await first.stop();
    truncateSync(path, Buffer.byteLength(`${many('old')[0]}\n`));
    const second = await reading({ paths: [path] }, first.store);
    await second.stored([...many('old'), many('old')[0]!]);
    expect(second.log.join()).toMatch(/the file was truncated: it has \d+ bytes, and \d+ were read/);
  });

  it('a truncated file is read on: not stuck, also where it has grown beyond its size before', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, ...many('old', 0, 3));
    const { stored, log } = await reading({ paths: [path] });
    await stored(many('old', 0, 3));
    truncateSync(path);
    append(path, ...many('new', 0, 9));
    await stored([...many('old', 0, 3), ...many('new', 0, 9)]);
    expect(log.join()).toMatch(/is read from its beginning: the file (was truncated|has other content)/);
  });

  it('a file that was rotated while nothing ran is neither lost nor read again: positions follow the content', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, 'one');
    const first = await reading({ paths: [`${path}*`] });
    await first.stored(['one']);
    await first.stop();
    append(path, 'two');
    renameSync(path, `${path}.1`);
    append(path, 'three');
    renameSync(`${path}.1`, `${path}.2`);
    renameSync(path, `${path}.1`);
    append(path, 'four');
    const second = await reading({ paths: [`${path}*`] }, first.store);
    await second.stored(['one', 'two', 'three', 'four']);
  });

  it('files that are rotated faster than they are looked for are all read', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, 'line 0');
    const { stored } = await reading({ paths: [`${path}*`], scanEvery: '300ms' });
    await stored(['line 0']);
    for (let number = 1; number <= 5; number += 1) {
      for (let old = number - 1; old >= 1; old -= 1) renameSync(`${path}.${old}`, `${path}.${old + 1}`);
      renameSync(path, `${path}.1`);
      append(path, `line ${number}`);
    }
    await stored(numbered('line', 0, 6));
  });

  it('a copy that holds the same is not read again, and gives what the truncation took from the original', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, ...many('old'));
    const { stored, log, input } = await reading({ paths: [`${path}*`] });
    await stored(many('old'));
    copyFileSync(path, `${path}.1`);
    await eventually(() => expect(log.join()).toContain('.1 is a copy of'));
    expect(input.stats().files!.notable[0]).toMatchObject({
      path: `${path}.1`,
      state: 'copy of a file that is read',
    });
    truncateSync(path);
    append(path, 'new');
    await stored([...many('old'), 'new']);
    await eventually(() => expect(log.join()).toContain(`${path}.1 is read from byte`));
    await stored([...many('old'), 'new']);
  });

  it('a compressed file is the file that was compressed, not another one', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, ...many('old'));
    const first = await reading({ paths: [`${path}*`] });
    await first.stored(many('old'));
    await first.stop();
    append(path, 'last');
    writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(path)));
    unlinkSync(path);
    append(path, 'new');
    const second = await reading({ paths: [`${path}*`] }, first.store);
    await second.stored([...many('old'), 'last', 'new']);
  });

  it('other limits of a line do not make another file of it', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, ...many('old'));
    const first = await reading({ paths: [path] });
    await first.stored(many('old'));
    await first.stop();
    append(path, 'new');
    const second = await reading(
      { paths: [path], maxMessage: '1kb', multiline: { pattern: '^ ' } },
      first.store,
    );
    await eventually(() => expect(second.log.join()).toContain('is read from byte'));
    append(path, 'newer');
    await eventually(() => expect(second.store.messages.slice(-1)).toEqual(['new']));
    expect(second.store.messages).toHaveLength(many('old').length + 1);
  });

  it('short files, and files whose last line has no end yet, are known as well', async () => {
    const folder = aFolder();
    append(`${folder}/short.log`, 'x');
    appendFileSync(`${folder}/open.log`, 'no end');
    const { stored, input } = await reading({ paths: [`${folder}/*.log`] });
    await stored(['x']);
    expect(input.stats()).toMatchObject({ files: { watched: 2 } });
    await eventually(() => expect(input.stats().lagBytes).toBe('no end'.length));
    appendFileSync(`${folder}/open.log`, '\n');
    await stored(['x', 'no end']);
  });

  it('a position of a newer version is refused with the remedy, before anything is read', async () => {
    const store = new MemoryStore();
    store.kept.set('logs/abc', { v: 2, path: '/x' });
    await expect(reading({ paths: ['/nowhere/*.log'] }, store)).rejects.toThrow(
      /version 2.*Run the newer logboom/,
    );
  });
});

describe('files that vanish', () => {
  it('are read to their end, with a last line that never got its own', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, 'one');
    const { stored, input } = await reading({ paths: [path], closeInactive: '400ms' });
    await stored(['one']);
    appendFileSync(path, 'two\nno end');
    await stored(['one', 'two']);
    rmSync(path);
    await stored(['one', 'two', 'no end']);
    await eventually(() => expect(input.stats().files).toMatchObject({ watched: 0, open: 0 }));
  });

  it('are forgotten after their time', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, 'one');
    const { stored, store } = await reading({ paths: [path], closeInactive: '100ms', forgetAfter: '200ms' });
    await stored(['one']);
    rmSync(path);
    await eventually(() => expect(positions(store).size).toBe(0));
  });

  it('are waited for where they are not there yet, and said to be missing', async () => {
    const path = `${aFolder()}/later/app.log`;
    const { log, input } = await reading({ paths: [path] });
    await eventually(() => expect(log.join()).toContain(`No file matches ${path} yet`));
    expect(input.stats().problems).toEqual([`no file matches ${path}`]);
  });
});
