import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { formats, openDataFolder } from '../../src/app/data-folder.ts';
import { openLmdb } from '../../src/util/lmdb.ts';
import { aFolder } from '../support/folder.ts';

function opened(folder: string) {
  const data = openDataFolder(folder);
  onTestFinished(() => data.release());
  return data;
}

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) }) as Error;

describe('the data folder', () => {
  it('is made where there is none, for its owner only', () => {
    const folder = join(aFolder(), 'deeper', 'data');
    opened(folder);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it('is one process’s at a time, and can be had again after its release', () => {
    const folder = aFolder();
    const data = opened(folder);
    expect(() => openDataFolder(folder)).toThrow(
      refusal('DATA_LOCKED', /^The data in .* is held by process \d+\. Stop that logboom/),
    );
    data.release();
    data.release();
    opened(folder);
  });

  it('says the format of each store, once', () => {
    const folder = aFolder();
    opened(folder).release();
    for (const [name, format] of Object.entries(formats)) {
      const path = join(folder, name, 'format.json');
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ format, logboom: expect.any(String) });
      writeFileSync(path, JSON.stringify({ format, logboom: '0.0.1' }));
    }
    opened(folder);
    expect(readFileSync(join(folder, 'store', 'format.json'), 'utf8')).toContain('0.0.1');
  });

  it('raises the format of what an earlier logboom wrote, so that it refuses to read what this one adds', () => {
    const folder = aFolder();
    opened(folder).release();
    const path = join(folder, 'store', 'format.json');
    writeFileSync(path, '{"format":1,"logboom":"0.0.1"}');
    opened(folder);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ format: 2 });
  });

  it.each(Object.keys(formats))('is refused where a newer logboom wrote %s, and is left as it is', (name) => {
    const folder = aFolder();
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'format.json'), '{"format":99,"logboom":"7.1.0"}');
    const message = new RegExp(`^The ${name} data in .* has format 99, .* Run logboom 7\\.1\\.0 or newer`);
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect(() => openDataFolder(folder)).toThrow(refusal('DATA_VERSION', message));
    const others = Object.keys(formats).filter((other) => other !== name);
    expect(others.filter((other) => existsSync(join(folder, other)))).toEqual([]);
  });

  it.each(['', '{', 'null', '{"format":"1"}'])('is refused where a format file holds %j', (text) => {
    const folder = aFolder();
    mkdirSync(join(folder, 'outbox'));
    writeFileSync(join(folder, 'outbox', 'format.json'), text);
    expect(() => openDataFolder(folder)).toThrow(
      refusal('DATA_DAMAGED', /outbox.format\.json does not have a valid format/),
    );
  });

  it.each([
    ['journal', 'journal.mdb', 'acknowledged events'],
    ['analysis', 'results.mdb', 'windows and alerts start anew'],
    ['outbox', 'outbox.mdb', 'notifications'],
    ['store', 'store.mdb', 'the documents in the embedded store'],
  ])(
    'is refused where %s was cut short, with the file, the remedy and what is lost',
    async (name, file, loss) => {
      const folder = aFolder();
      const root = openLmdb(join(folder, name), file, {});
      await root.put('key', 'x'.repeat(100_000));
      await root.close();
      opened(folder).release();
      truncateSync(join(folder, name, file), 20_000);
      const message = new RegExp(`${file} is damaged: it is cut short.* Or move .*${name} away .*${loss}`);
      expect(() => openDataFolder(folder)).toThrow(refusal('DATA_DAMAGED', message));
      // The refused process gave the lock back.
      expect(() => openDataFolder(folder)).toThrow(refusal('DATA_DAMAGED', message));
    },
  );

  it('is refused where it lies below a file', () => {
    const file = join(aFolder(), 'file');
    writeFileSync(file, '');
    expect(() => openDataFolder(join(file, 'data'))).toThrow(
      refusal('DATA_UNWRITABLE', /^Cannot write to the data folder .*ENOTDIR.*set another folder/),
    );
  });
});
