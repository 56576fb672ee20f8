import type { Snapshot } from '../../dashboards/snapshot.ts';
import { Differ } from '../../dashboards/top/differ.ts';
import { type Choice, type Frame, screenOf } from '../../dashboards/top/screen.ts';
import { messageOf } from '../../errors.ts';
import { Keys } from '../top/keys.ts';
import type { TopSource } from '../top/source.ts';
import type { Screen } from '../top/tty.ts';

const everyMs = 1_000;
/** While files are read, numbers change faster. */
const whileReading = 60;

interface TopOptions {
  source: TopSource;
  screen: Screen;
  /** Prints one screen of plain text and ends. */
  once: boolean;
  query: string;
  /** Shows how far the reading is before the one screen is printed. */
  onProgress?: ((text: string) => void) | undefined;
}

/** `logboom top`: 0 when it is left. Rejects where the first view cannot be had. */
export async function top({ source, screen, once, query, onProgress }: TopOptions): Promise<number> {
  try {
    let first = await source.read(query);
    // The screen is printed when all files are read.
    while (once && first.progress !== undefined) {
      onProgress?.(first.progress);
      first = await source.read(query);
    }
    onProgress?.('');
    if (once) {
      for (const line of screenOf(first, startOf(query), plain(screen.frame())))
        screen.write(`${line.trimEnd()}\n`);
      return 0;
    }
    await follow(source, screen, first, query);
    return 0;
  } finally {
    source.close();
  }
}

const startOf = (query: string): Choice => ({ sort: 'events', paused: false, query, marked: 0 });
const plain = (frame: Frame): Frame => ({ ...frame, rows: Math.max(frame.rows, 40), colour: false });

async function follow(source: TopSource, screen: Screen, first: Snapshot, query: string): Promise<void> {
  const keys = new Keys(startOf(query), source);
  const differ = new Differ();
  let view = first;
  const draw = () => screen.write(differ.draw(screenOf(view, keys.choice, screen.frame())));
  const redraw = () => {
    differ.forget();
    draw();
  };
  screen.begin({ onKey: (key) => void keys.press(key, view).then(draw), onResize: redraw });
  try {
    draw();
    while (!keys.left) {
      await Promise.race([keys.leaving, pause(view.progress === undefined ? everyMs : whileReading)]);
      if (keys.left || keys.choice.paused) continue;
      view = await source.read(keys.choice.query).catch((error: unknown) => {
        keys.notify(messageOf(error));
        return view;
      });
      draw();
    }
  } finally {
    screen.end();
  }
}

const pause = (length: number) => new Promise<void>((resolve) => setTimeout(resolve, length).unref());
