import { describe, expect, it } from 'vitest';
import type { Position } from '../../../src/model.ts';
import { anEvent, journaled, startRedelivery } from '../../support/journal/redelivery.ts';
import { awaitedLater } from '../../support/lumberjack/shipper.ts';
import { opened, temporaryFolder } from '../support.ts';

async function aScene(settings: Parameters<typeof startRedelivery>[2] = {}) {
  const folder = temporaryFolder();
  const journal = await opened(folder);
  const scene = await startRedelivery(journal, folder, settings);
  return { ...scene, journal, kept: () => journaled(folder) };
}

describe('a connection that its sender closed after it had all ACKs', () => {
  const ping = '{"@timestamp":"2026-11-29T08:00:00Z","message":"ping"}';

  it('lets an equal event that tells no place in, for it is a new one', async () => {
    const { send, end, kept } = await aScene();
    await send('a', [ping]);
    end('a');
    await send('b', [ping]);
    expect(kept()).toEqual([ping, ping]);
  });

  it('lets it in, too, while another sender on the address is open', async () => {
    const { send, open, end, kept } = await aScene();
    open('other');
    await send('other', [anEvent(1)]);
    open('a');
    await send('a', [ping]);
    end('a');
    open('b');
    await send('b', [ping]);
    expect(kept()).toEqual([anEvent(1), ping, ping]);
  });

  it('keeps out an event that tells its place: it is the same one, and its ACK was lost behind a proxy', async () => {
    const { send, end, kept } = await aScene();
    await send('a', [anEvent(1)]);
    end('a');
    await send('b', [anEvent(1)]);
    expect(kept()).toEqual([anEvent(1)]);
  });

  it('keeps out an event of a window that was not on disk when it ended', async () => {
    const waiting: (() => void)[] = [];
    const scene = await aScene({
      append: async (batch): Promise<Position> => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return scene.journal.append(batch);
      },
    });
    const first = awaitedLater(scene.send('a', [ping]));
    scene.end('a');
    const again = awaitedLater(scene.send('b', [ping]));
    waiting[0]!();
    await Promise.all([first, again]);
    expect(scene.kept()).toEqual([ping]);
  });
});
