import type { Frame } from '../../dashboards/top/screen.ts';

export interface Handlers {
  /** What the terminal sends for one key. */
  onKey: (key: string) => void;
  onResize: () => void;
}

/** A terminal that shows one screen after the other. */
export interface Screen {
  frame(): Frame;
  write(text: string): void;
  /** Takes the whole terminal and its keys. */
  begin(handlers: Handlers): void;
  /** Gives it back as it was. */
  end(): void;
}

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';

interface Tty {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

/** The terminal of the process. NO_COLOR leaves colours out. */
export function ttyScreen({ stdin, stdout, env }: Tty = process): Screen {
  let handlers: Handlers | undefined;
  // Several keys may come at once, as when text is pasted; sequences of keys such as arrows begin with Escape.
  const onData = (data: Buffer) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Escape begins the sequences of keys.
    for (const key of data.toString().match(/\u001b(?:\[[A-D]|O[A-D])?|[\s\S]/gu) ?? []) handlers?.onKey(key);
  };
  const onResize = () => handlers?.onResize();
  const onExit = () => void stdout.write(leave);
  return {
    frame: () => ({
      columns: Math.max(40, stdout.columns ?? 80),
      rows: Math.max(10, stdout.rows ?? 24),
      colour: stdout.isTTY === true && (env.NO_COLOR ?? '') === '',
    }),
    write: (text) => void stdout.write(text),
    begin(given) {
      handlers = given;
      stdout.write(enter);
      if (stdin.isTTY) stdin.setRawMode(true);
      stdin.on('data', onData).resume();
      stdout.on('resize', onResize);
      // A defect, too, must leave a terminal that can be used.
      process.once('exit', onExit);
    },
    end() {
      process.off('exit', onExit);
      stdout.off('resize', onResize);
      stdin.off('data', onData).pause();
      if (stdin.isTTY) stdin.setRawMode(false);
      stdout.write(leave);
      handlers = undefined;
    },
  };
}
