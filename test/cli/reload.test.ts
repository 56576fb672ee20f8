import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { reload } from '../../src/cli/commands/reload.ts';
import { run } from '../../src/cli/commands/run.ts';
import { reloadRequests } from '../../src/cli/signals.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { fakeApp, signals, terminal } from '../support/cli.ts';
import { anHttpServer, reply } from '../support/http.ts';

const rules = { added: ['burst'], changed: [], notification: [], removed: [], disabled: [], unchanged: 2 };
const notifiers = { added: [], changed: [], removed: [] };

async function asked(code: number, body: object, json = false) {
  const server = await anHttpServer((_, response) => reply(response, code, body));
  const shown = terminal();
  const exit = await reload({ url: server.url, token: 'the-token' }, json, shown);
  return { exit, shown: shown.text(), received: server.received };
}

describe('logboom reload', () => {
  it('asks the server, and tells what changed', async () => {
    const body = { rules, notifiers, settings: [], needsRestart: ['data'], pending: ['indexer'] };
    const { exit, shown, received } = await asked(200, body);
    expect({ exit, shown }).toEqual({
      exit: 0,
      shown:
        'rules: 1 added (burst), 2 unchanged\na restart is needed for data\nthe indexer is busy and applies it later',
    });
    expect(received).toMatchObject([{ path: '/reload', headers: { authorization: 'Bearer the-token' } }]);
  });

  it('tells all problems, as `check` does, and ends with 1', async () => {
    const problems = [
      { path: 'rules[0].when', value: '"x"', message: 'No.', remedy: 'Do.', line: 3, column: 7 },
    ];
    const { exit, shown } = await asked(400, { error: 'It has problems.', file: 'logboom.yml', problems });
    expect(exit).toBe(1);
    expect(shown).toBe('It has problems.\n\nlogboom.yml:3:7  rules[0].when = "x"\n  No.\n  → Do.');
  });

  it('prints the answer as JSON', async () => {
    const body = { rules, notifiers, settings: [], needsRestart: [], pending: [] };
    const { shown } = await asked(200, body, true);
    expect(JSON.parse(shown)).toEqual(body);
  });
});

describe('SIGHUP', () => {
  const { log } = silentInstruments();
  const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

  /** A server that is asked by signals, and remembers what it was asked by. */
  function serving(pause = 0, hasTerminal = () => false) {
    const triggers: string[] = [];
    const { app } = fakeApp({
      reload: async (trigger) => {
        triggers.push(trigger);
        return { applied: false, problems: [] };
      },
    });
    const emitter = new EventEmitter();
    const reloads = reloadRequests(emitter, hasTerminal);
    const { stop, send } = signals();
    const start = () => new Promise<typeof app>((resolve) => setTimeout(() => resolve(app), pause));
    const ended = run(schema.parse({}), terminal(), { start, stop, reloads, log });
    return { triggers, emitter, end: () => send('SIGTERM'), ended };
  }

  it('asks the server for a reload, each time', async () => {
    const { triggers, emitter, end, ended } = serving();
    await soon();
    emitter.emit('SIGHUP');
    emitter.emit('SIGHUP');
    expect(triggers).toEqual(['SIGHUP', 'SIGHUP']);
    end();
    expect(await ended).toBe(0);
    expect(emitter.listenerCount('SIGHUP')).toBe(0);
  });

  it('asks for a reload on a terminal, too', async () => {
    const { triggers, emitter, end, ended } = serving(0, () => true);
    await soon();
    emitter.emit('SIGHUP');
    expect(triggers).toEqual(['SIGHUP']);
    end();
    expect(await ended).toBe(0);
  });

  it('ends the server where it tells that the terminal was closed', async () => {
    let isThere = true;
    const { triggers, emitter, ended } = serving(0, () => isThere);
    await soon();
    isThere = false;
    emitter.emit('SIGHUP');
    expect(await ended).toBe(0);
    expect(triggers).toEqual([]);
  });

  it('that comes during the start is heard after it', async () => {
    const { triggers, emitter, end, ended } = serving(20);
    emitter.emit('SIGHUP');
    expect(triggers).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(triggers).toEqual(['SIGHUP']);
    end();
    await ended;
  });
});
