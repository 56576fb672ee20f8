import { appendFileSync, mkdirSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aFolder } from '../../support/folder.ts';
import { append, numbered, reading } from './support.ts';

describe('a file that grows', () => {
  it('gives each line once, with what Filebeat says of it', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, 'one', 'two "quoted"');
    const { store, stored } = await reading({ paths: [path] });
    await stored(['one', 'two "quoted"']);
    append(path, 'three');
    await stored(['one', 'two "quoted"', 'three']);
    const [one, , three] = store.events;
    const { dev, ino } = statSync(path);
    expect(one).toMatchObject({
      message: 'one',
      host: { name: 'web-1' },
      log: { offset: 0, file: { path, device_id: String(dev), inode: String(ino) } },
    });
    expect(one!.log.file.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(Date.parse(one!['@timestamp'])).toBeGreaterThan(Date.now() - 60_000);
    expect(three!.log.offset).toBe('one\ntwo "quoted"\n'.length);
  });

  it('is read on after a restart where it was left', async () => {
    const path = `${aFolder()}/app.log`;
    append(path, 'one');
    const first = await reading({ paths: [path] });
    await first.stored(['one']);
    await first.stop();
    append(path, 'two');
    const second = await reading({ paths: [path] }, first.store);
    await second.stored(['one', 'two']);
  });

  it('keeps a last line until its end is written', async () => {
    const path = `${aFolder()}/app.log`;
    appendFileSync(path, 'one\nhal');
    const { stored } = await reading({ paths: [path] });
    await stored(['one']);
    appendFileSync(path, 'f\n');
    await stored(['one', 'half']);
  });

  it('is read over many chunks, lines across their bounds included', async () => {
    const path = `${aFolder()}/app.log`;
    const lines = numbered('x'.repeat(300), 0, 5_000);
    append(path, ...lines);
    const { stored, store } = await reading({ paths: [path] });
    await stored(lines);
    expect(store.messages).toEqual(lines);
  });
});

describe('rotation', () => {
  it('by rename, with lines written to the old file after it', async () => {
    const folder = aFolder();
    const path = `${folder}/app.log`;
    append(path, 'one');
    const { stored } = await reading({ paths: [path] });
    await stored(['one']);
    renameSync(path, `${path}.1`);
    append(`${path}.1`, 'two');
    append(path, 'three');
    await stored(['one', 'two', 'three']);
    append(`${path}.1`, 'four');
    await stored(['one', 'two', 'three', 'four']);
  });

  it('by copytruncate: the copy holds what was not read of the original', async () => {
    const folder = aFolder();
    const path = `${folder}/app.log`;
    append(path, 'one');
    const { stored, stop, store } = await reading({ paths: [`${path}*`] });
    await stored(['one']);
    await stop();
    append(path, 'two');
    writeFileSync(`${path}.1`, 'one\ntwo\n');
    truncateSync(path);
    append(path, 'three');
    const again = await reading({ paths: [`${path}*`] }, store);
    await again.stored(['one', 'two', 'three']);
  });

  it('finds folders and files that come later at the next scan', async () => {
    const folder = aFolder();
    const { stored } = await reading({ paths: [`${folder}/**/*.log`], scanEvery: '1s' });
    mkdirSync(`${folder}/a/b`, { recursive: true });
    append(`${folder}/a/b/x.log`, 'one');
    await stored(['one']);
  });
});
