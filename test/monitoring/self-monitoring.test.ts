import { describe, expect, it, onTestFinished } from 'vitest';
import { outputItem } from '../../src/alerts/documents.ts';
import { schema } from '../../src/config/schema/schema.ts';
import type { Notification } from '../../src/model.ts';
import { ownAlerts } from '../../src/monitoring/own-alerts.ts';
import { OwnAlerts, type Watched } from '../../src/monitoring/self-monitoring.ts';
import { ofNoJournal, Results } from '../../src/readers/results.ts';
import { selfMonitoringTelemetry } from '../../src/telemetry/components/self-monitoring.ts';
import type { Vitals } from '../../src/telemetry/components/vitals.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { vitals } from '../support/vitals.ts';

const t = 1_700_000_000_000;
const full = vitals({ journal: { fill: 0.9 } });
const raised = 'the journal is 90 % full because of the analyser';

/** What lasts beyond a restart: the folder, the outbox's memory of ids, and the clock. */
class World {
  readonly folder = aFolder();
  readonly messages: Notification[] = [];
  /** Those that were sent without the outbox. */
  readonly sent: Notification[] = [];
  /** Whether notifiers are away. */
  unreachable = false;
  now = t;
  vitals: Vitals = vitals();
  /** Steps of keeping that work before the process "dies"; each further one fails. */
  stepsLeft = Number.POSITIVE_INFINITY;
  /** Outputs for the streams, by key. */
  readonly streamed = new Map<string, string>();
  news = 0;
  /** How often figures were taken. */
  taken = 0;
  results!: Results;

  watched(settings: object = {}): Watched {
    const { selfMonitoring } = schema.parse({ selfMonitoring: { keepActiveFor: '0s', ...settings } });
    return { alerts: ownAlerts(selfMonitoring, ['ops']), every: selfMonitoring.every };
  }

  async restart(watch: OwnAlerts, settings: object): Promise<void> {
    await watch.stop();
    await this.start(settings).evaluate();
  }

  start(settings: object = {}): OwnAlerts {
    const results = new Results(this.folder, ofNoJournal);
    this.results = results;
    const step = async <T>(act: () => Promise<T>): Promise<T> => {
      if (this.stepsLeft-- <= 0) throw new Error('no space left on device');
      return act();
    };
    const failing = Object.assign(Object.create(results) as Results, {
      checkpoint: () => results.checkpoint(),
      saveCheckpoint: (one: never) => step(() => results.saveCheckpoint(one)),
      append: (some: never) => step(() => results.append(some)),
      close: () => results.close(),
    });
    const watch = new OwnAlerts({
      ...this.watched(settings),
      results: failing,
      sendNow: async (message) => {
        if (this.unreachable) throw new Error('away');
        this.sent.push(message);
      },
      vitals: async () => {
        this.taken += 1;
        return this.vitals;
      },
      notify: (notification) =>
        step(async () => {
          const known = this.messages.some(({ id }) => id === notification.id);
          if (!known) this.messages.push(notification);
        }),
      stream: (outputs) =>
        step(async () => {
          for (const { key, output } of outputs)
            if (output.kind === 'transition') this.streamed.set(key.join(), output.transition.reason);
        }),
      onOutputs: () => (this.news += 1),
      telemetry: selfMonitoringTelemetry(silentInstruments()),
      now: () => (this.now += 5_000),
    });
    onTestFinished(() => watch.stop().catch(() => undefined));
    return watch;
  }

  /** Reasons of all transitions that are put out. */
  get reasons(): string[] {
    return this.results
      .read(1_000)
      .flatMap(({ output }) => (output.kind === 'transition' ? [output.transition.reason] : []));
  }

  /** Documents whose last revision is open. */
  get openIds(): Set<string> {
    const open = new Set<string>();
    for (const { output } of this.results.read(1_000)) {
      if (output.kind !== 'episode') continue;
      if (output.episode.status === 'inactive') open.delete(output.episode.id);
      else open.add(output.episode.id);
    }
    return open;
  }

  get published(): string[] {
    return this.results
      .read(1_000)
      .map(({ output }) =>
        output.kind === 'transition'
          ? output.transition.id
          : output.kind === 'episode'
            ? output.episode.id
            : '',
      )
      .filter((id) => id !== '');
  }
}

describe('self-monitoring', () => {
  it('hands messages to the outbox and documents to the publisher', async () => {
    const world = new World();
    const watch = world.start();
    await watch.evaluate();
    world.vitals = full;
    await watch.evaluate();
    const id = 'logboom-journal-fill~~2023-11-14T22:13:25.000Z';
    expect(world.messages.map((message) => message.id)).toEqual([`${id}-1-ops`]);
    expect(world.published).toEqual([`${id}-1`, id]);
    expect(watch.open()).toMatchObject(
      [{ rule: 'logboom-journal-fill', since: '2023-11-14T22:13:25.000Z', reason: /90 % full/ }].map(
        (one) => ({ ...one, reason: expect.stringMatching(one.reason) }),
      ),
    );
    expect(world.news).toBe(1);
  });

  it('states in documents when it was raised, and when it ended, on the clock of the server, also over a restart', async () => {
    const world = new World();
    const first = world.start();
    world.vitals = full;
    await first.evaluate();
    const raisedAt = world.now;
    await first.stop();
    world.vitals = vitals();
    await world.start().evaluate();
    const created = world.results.read(100).flatMap(({ output }) => {
      const item = outputItem(output, schema.parse({}));
      const { event } = JSON.parse(String(item?.document ?? '{}')) as { event?: Record<string, string> };
      return event === undefined ? [] : [[output.kind, event.action, Date.parse(event.created!)]];
    });
    expect(world.now).toBeGreaterThan(raisedAt);
    expect(created).toEqual([
      ['transition', 'active', raisedAt],
      ['episode', 'active', raisedAt],
      ['transition', 'inactive', world.now],
      ['episode', 'inactive', raisedAt],
    ]);
  });

  it('goes on after a restart where it was: it neither repeats an alert nor forgets to end it', async () => {
    const world = new World();
    const first = world.start();
    world.vitals = full;
    await first.evaluate();
    await first.stop();
    const second = world.start();
    await second.evaluate();
    await second.evaluate();
    expect(world.messages).toHaveLength(1);
    world.vitals = vitals();
    await second.evaluate();
    expect(world.messages.map(({ transition }) => transition.to)).toEqual(['active', 'inactive']);
    expect(world.messages[1]!.episode.id).toBe(world.messages[0]!.episode.id);
  });

  it.each([0, 1, 2, 3])(
    'tells once although the process died after %i of the steps of keeping',
    async (steps) => {
      const world = new World();
      const first = world.start();
      world.vitals = full;
      world.stepsLeft = steps;
      await first.evaluate();
      await first.stop();
      world.stepsLeft = Number.POSITIVE_INFINITY;
      const second = world.start();
      await second.evaluate();
      await second.evaluate();
      expect(world.messages).toHaveLength(1);
      expect(world.published).toHaveLength(2);
      expect(new Set(world.published).size).toBe(2);
      expect([...world.streamed.values()]).toEqual([raised]);
    },
  );

  it('tries again with the next look what a full disk did not take', async () => {
    const world = new World();
    const watch = world.start();
    world.vitals = full;
    for (const steps of [0, 0, 1, 1, 1]) {
      world.stepsLeft = steps;
      await watch.evaluate();
    }
    expect(world.messages.length).toBeLessThanOrEqual(1);
    world.stepsLeft = Number.POSITIVE_INFINITY;
    await watch.evaluate();
    expect(world.messages).toHaveLength(1);
    expect(world.published).toHaveLength(2);
  });

  it.each<[string, object, string | undefined]>([
    ['goes on where it is told to others', { notify: [] }, undefined],
    ['goes on where its threshold is still passed', { journalFill: 0.85 }, undefined],
    [
      'ends where its threshold is passed no longer',
      { journalFill: 0.95 },
      'recovered: the journal is 90 % full',
    ],
    ['ends where it is switched off', { journalFill: 0 }, 'the alert was switched off'],
    ['ends where all are switched off', { enabled: false }, 'the alert was switched off'],
  ])('by another configuration %s, whether it is reloaded or started anew', async (_, settings, end) => {
    for (const anew of [false, true]) {
      const world = new World();
      const first = world.start();
      world.vitals = full;
      await first.evaluate();
      await (anew ? world.restart(first, settings) : first.change(world.watched(settings)));
      expect(world.reasons).toEqual([raised, ...(end === undefined ? [] : [end])]);
      expect(world.openIds.size).toBe(end === undefined ? 1 : 0);
    }
  });

  it('raises again what is switched on again, as another alert', async () => {
    const world = new World();
    const watch = world.start();
    world.vitals = full;
    for (const enabled of [true, false, false, true]) {
      await watch.change(world.watched({ enabled }));
      await watch.evaluate();
    }
    expect(world.messages.map(({ transition }) => transition.to)).toEqual(['active', 'inactive', 'active']);
    expect(new Set(world.messages.map(({ episode }) => episode.id)).size).toBe(2);
  });

  it('takes no figures while all is switched off', async () => {
    const world = new World();
    const watch = world.start({ enabled: false });
    await watch.evaluate();
    expect(world.taken).toBe(0);
  });

  it('ends an alert with a later look where the disk did not take that at the reload', async () => {
    const world = new World();
    const watch = world.start();
    world.vitals = full;
    await watch.evaluate();
    world.stepsLeft = 0;
    await watch.change(world.watched({ enabled: false }));
    expect(world.openIds.size).toBe(1);
    world.stepsLeft = Number.POSITIVE_INFINITY;
    await watch.evaluate();
    expect(world.reasons.at(-1)).toBe('the alert was switched off');
    expect(world.openIds.size).toBe(0);
  });

  it('looks as often as the configuration says, from the reload on', async () => {
    const world = new World();
    const watch = world.start();
    watch.start();
    await watch.change(world.watched({ every: '10ms' }));
    const before = world.taken;
    await eventually(() => expect(world.taken).toBeGreaterThan(before + 2));
  });

  it('keeps the order of what it puts out where the clock is set back', async () => {
    const world = new World();
    const watch = world.start();
    world.vitals = full;
    await watch.evaluate();
    world.now = t - 3_600_000;
    world.vitals = vitals();
    await watch.evaluate();
    expect(world.messages.map(({ transition }) => transition.to)).toEqual(['active', 'inactive']);
    expect(world.published).toHaveLength(4);
  });
});

describe('a disk that takes nothing', () => {
  const look = async (world: World, watch: OwnAlerts, times = 1) => {
    for (let i = 0; i < times; i += 1) {
      world.now += 5_000;
      await watch.evaluate();
    }
  };
  const said = (world: World) =>
    world.sent.map(({ transition: { rule, to, reason } }) => `${rule} ${to}: ${reason}`);

  it('is told of from memory, once, and told when it takes writes again', async () => {
    const world = new World();
    const watch = world.start();
    world.vitals = vitals({ journal: { fill: 0.1, refusing: 'the disk is full' } });
    world.stepsLeft = 0;
    await look(world, watch, 5);
    expect(said(world)).toEqual([expect.stringMatching(/^logboom-disk-full active: .*the disk is full/)]);
    expect(watch.open()).toMatchObject([{ rule: 'logboom-disk-full' }]);
    world.vitals = vitals();
    world.stepsLeft = Number.POSITIVE_INFINITY;
    await look(world, watch, 3);
    expect(said(world)[1]).toMatch(/^logboom-disk-full inactive: .*the disk takes writes again/);
    expect(watch.open()).toEqual([]);
    expect(world.messages).toEqual([]);
  });

  it('is noticed also where only the state of own alerts cannot be written', async () => {
    const world = new World();
    const watch = world.start();
    world.vitals = full;
    world.stepsLeft = 0;
    await look(world, watch, 3);
    expect(said(world)).toEqual([expect.stringContaining('no space left on device')]);
    world.stepsLeft = Number.POSITIVE_INFINITY;
    await look(world, watch, 3);
    expect(said(world)).toHaveLength(2);
    expect(world.messages.map(({ transition }) => transition.reason)).toEqual([raised]);
  });

  it('is told of later where the notifier is away', async () => {
    const world = new World();
    const watch = world.start();
    world.vitals = vitals({ journal: { fill: 0.1, refusing: 'the disk is full' } });
    world.unreachable = true;
    await look(world, watch, 3);
    world.unreachable = false;
    await look(world, watch, 2);
    expect(said(world)).toHaveLength(1);
  });
});
