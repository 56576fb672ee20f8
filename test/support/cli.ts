import { EventEmitter } from 'node:events';
import type { App, AppOptions, StartApp } from '../../src/app/app.ts';
import { stopRequest } from '../../src/cli/signals.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { Config } from '../../src/config/schema/schema.ts';
import { status } from './status.ts';

/** A terminal that remembers. */
export function terminal(interactive = true) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const remembers: Terminal = {
    out: (text) => void printed.push(text),
    err: (text) => void complaints.push(text),
    interactive,
  };
  return { ...remembers, text: () => printed.join('\n'), complaints: () => complaints.join('\n') };
}

/** Signals that a test sends itself. */
export function signals() {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  const stop = stopRequest(emitter, (code) => void exits.push(code));
  return { stop, exits, send: (signal: 'SIGINT' | 'SIGTERM') => emitter.emit(signal, signal), emitter };
}

/** An app without anything in it, which tells what was asked of it. */
export function fakeApp(changes: Partial<App> = {}) {
  const calls: { config?: Config; options?: AppOptions; stops: number } = { stops: 0 };
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const app: App = {
    urls: {
      lumberjack: 'tcp://127.0.0.1:5044',
      store: 'http://127.0.0.1:9200',
      api: 'http://127.0.0.1:9600',
    },
    status: async () => status(),
    reload: async () => ({ applied: false, problems: [] }),
    silent: async () => [],
    stop: async () => {
      calls.stops += 1;
    },
    failed,
    ...changes,
  };
  const start: StartApp = async (config, options) => {
    Object.assign(calls, { config, options });
    return app;
  };
  return { start, app, calls, fail: (error: Error) => fail(error) };
}
