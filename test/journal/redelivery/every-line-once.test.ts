import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openPayload } from '../../../src/journal/record.ts';
import type { Batch } from '../../../src/model.ts';
import { clock, journaled, startRedelivery } from '../../support/journal/redelivery.ts';
import { documentsOf } from '../../support/lumberjack/frames.ts';
import { rounds } from '../../support/rounds.ts';
import { eventually, opened, temporaryFolder } from '../support.ts';

/** Windows that a sender has in flight at the most, and that the server takes for its last ones. */
const IN_FLIGHT = 3;
/** Bytes of a connection that its sender gave up are no longer on their way after this time. */
const LONGEST_ON_THE_WAY = 30_000;

const lineOf = (sender: number, n: number): string =>
  JSON.stringify({
    // Lines of all senders share their times, so that marks alone do not tell them apart.
    '@timestamp': new Date(1_700_000_000_000 + Math.floor(n / 5)).toISOString(),
    message: `line ${n} of ${sender}`,
    log: { offset: n, file: { path: `/var/log/${sender}.log` } },
  });

/** A sender that only makes the server take up what waits. */
const PROBE = 99;

/** A window that its sender wrote to a connection. The server has it, or does not yet. */
interface Sent {
  lines: number[];
  acknowledged: boolean;
}

interface Connection {
  name: string;
  /** What the sender wrote and the server did not read yet. */
  onTheWay: Sent[];
  /** When its sender gave it up; the server does not know of that. */
  givenUp?: number;
}

type Scene = Awaited<ReturnType<typeof startRedelivery>>;

/** Senders as Beats are, and the network between them and the server: it loses ACKs, delays what is on its way, and keeps dead connections open. */
class World {
  readonly #senders: Sender[];
  readonly #address: (sender: number) => string;
  scene!: Scene;
  refusing = false;
  #opened = 0;

  constructor(senders: number, shared: boolean) {
    this.#address = (sender) => (shared ? '192.0.2.7' : `192.0.2.${sender}`);
    this.#senders = Array.from({ length: senders }, (_, number) => new Sender(number));
  }

  get lines(): string[] {
    return this.#senders.flatMap(({ number, next }) =>
      Array.from({ length: next }, (_, n) => lineOf(number, n)),
    );
  }

  sender(number: number): Sender {
    return this.#senders[number % this.#senders.length]!;
  }

  connect(sender: Sender): Connection {
    this.#opened += 1;
    const connection: Connection = { name: `${sender.number}#${this.#opened}`, onTheWay: [] };
    this.scene.open(connection.name, this.#address(sender.number));
    sender.current = connection;
    return connection;
  }

  write(sender: Sender, most: number): void {
    const connection = sender.current ?? this.connect(sender);
    if (sender.inFlight.length === IN_FLIGHT) return;
    const lines = sender.toSend(most);
    const sent = { lines, acknowledged: false };
    connection.onTheWay.push(sent);
    sender.inFlight.push(sent);
  }

  /** The server reads the next window of a connection: the present one of the sender, or one that it gave up. */
  async arrive(sender: Sender, connection: Connection | undefined): Promise<void> {
    const sent = connection?.onTheWay.shift();
    if (!connection || !sent) return;
    const documents = sent.lines.map((n) => lineOf(sender.number, n));
    try {
      await this.scene.send(connection.name, documents, this.#address(sender.number));
      sent.acknowledged = true;
    } catch {
      // The disk refused it. The server ends the connection, as it has no other answer.
      this.close(sender, connection);
    }
  }

  /** The server sees that a connection ended. What was on its way is lost. */
  close(sender: Sender, connection: Connection | undefined): void {
    if (!connection) return;
    this.scene.die(connection.name);
    sender.lingering = sender.lingering.filter((other) => other !== connection);
    if (sender.current !== connection) return;
    sender.giveUp();
  }

  /** The sender gives up its connection, of which the server does not know. */
  giveUp(sender: Sender): void {
    const { current } = sender;
    if (!current) return;
    current.givenUp = clock.now;
    sender.lingering.push(current);
    sender.giveUp();
  }

  /** The network fails for all, and the server sees it: it remembers what was on its way. */
  cut(): void {
    for (const sender of this.#senders)
      for (const connection of [...sender.lingering, sender.current]) this.close(sender, connection);
  }

  async restarted(start: () => Promise<Scene>): Promise<void> {
    await this.scene.redelivery.close();
    for (const sender of this.#senders) {
      sender.lingering = [];
      sender.giveUp();
    }
    this.scene = await start();
  }

  later(by: number): void {
    clock.now += by;
    for (const { lingering } of this.#senders)
      for (const connection of lingering)
        if (clock.now - connection.givenUp! >= LONGEST_ON_THE_WAY) connection.onTheWay = [];
  }

  /** All senders get their ACKs in the end. */
  async settle(): Promise<void> {
    for (const sender of this.#senders) {
      while (sender.again.length > 0 || sender.inFlight.length > 0) {
        if (sender.again.length > 0) this.write(sender, MOST_LINES);
        while (sender.current && sender.current.onTheWay.length > 0)
          await this.arrive(sender, sender.current);
        while (sender.acknowledge());
      }
      for (const connection of [...sender.lingering])
        while (connection.onTheWay.length > 0) await this.arrive(sender, connection);
    }
  }
}

const MOST_LINES = 8;

class Sender {
  readonly number: number;
  /** The line after the last one that was sent. */
  next = 0;
  current: Connection | undefined;
  /** Windows without an ACK, in the order of sending. */
  inFlight: Sent[] = [];
  /** Lines to be sent again. */
  again: number[] = [];
  /** Connections that it gave up and that the server takes for open. */
  lingering: Connection[] = [];

  constructor(number: number) {
    this.number = number;
  }

  /** What was sent before is cut anew, into windows that are no smaller. */
  toSend(most: number): number[] {
    const lines = this.again.splice(0, MOST_LINES);
    while (lines.length < most) lines.push(this.next++);
    return lines;
  }

  /** The ACK of the oldest window comes, if the server has sent it. */
  acknowledge(): boolean {
    if (!this.inFlight[0]?.acknowledged) return false;
    this.inFlight.shift();
    return true;
  }

  giveUp(): void {
    this.again = [...this.inFlight.flatMap(({ lines }) => lines), ...this.again];
    this.inFlight = [];
    this.current = undefined;
  }
}

const sender = fc.nat(3);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      sender,
      lines: fc.integer({ min: 1, max: MOST_LINES }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('arrive' as const), sender }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), sender }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('arrive late' as const), sender, which: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('give up', 'close', 'be refused'), sender }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close late' as const), sender, which: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('later' as const), by: fc.constantFrom(1_000, 31_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart or trim' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Play {
  steps: Step[];
  senders: number;
  /** Whether all senders have one address, as behind a load balancer. */
  shared: boolean;
  /** What a restart knows it reads in the journal, so a journal is not trimmed before one. */
  trims: boolean;
  markAbove: number;
}

const plays = fc.record<Play>({
  steps: fc.array(step, { minLength: 20, maxLength: 120 }),
  senders: fc.integer({ min: 1, max: 3 }),
  shared: fc.boolean(),
  trims: fc.boolean(),
  markAbove: fc.constantFrom(0, 4, Number.POSITIVE_INFINITY),
});

async function played({ steps, senders, shared, trims, markAbove }: Play) {
  clock.now = 1_700_000_000_000;
  const folder = temporaryFolder();
  const journal = await opened(folder, { keepSize: trims ? 0 : 2 ** 30 });
  const world = new World(senders, shared);
  const appended: string[] = [];
  const append = async (batch: Batch) => {
    if (world.refusing) throw new Error('the disk is full');
    appended.push(...documentsOf(openPayload(batch)));
    return journal.append(batch);
  };
  const start = () => startRedelivery(journal, folder, { windows: IN_FLIGHT, markAbove, append });
  world.scene = await start();
  for (const one of steps) await take(one);
  await world.settle();
  if (!trims) expect(journaled(folder).sort()).toEqual([...appended].sort());
  const kept = appended.filter((line) => line !== lineOf(PROBE, 0));
  return { appended: kept.sort(), sent: world.lines.sort() };

  async function take(one: Step): Promise<void> {
    if (one.do === 'later') return world.later(one.by);
    if (one.do === 'restart or trim') return trims ? trim() : world.restarted(start);
    const by = world.sender(one.sender);
    const late = 'which' in one ? by.lingering[one.which % Math.max(1, by.lingering.length)] : undefined;
    if (one.do === 'write') world.write(by, one.lines);
    else if (one.do === 'acknowledge') by.acknowledge();
    else if (one.do === 'arrive') await world.arrive(by, by.current);
    else if (one.do === 'arrive late') await world.arrive(by, late);
    else if (one.do === 'close late') world.close(by, late);
    else if (one.do === 'give up') world.giveUp(by);
    else if (one.do === 'close') world.close(by, by.current);
    else {
      world.refusing = true;
      await world.arrive(by, by.current);
      world.refusing = false;
    }
  }

  /** A window that is trimmed while its connection is open cannot be read when it dies: that is what `journal.keepAge` is for. */
  async function trim(): Promise<void> {
    world.cut();
    const { newest } = journal.fill;
    if (newest === 0) return;
    // A window is compared after all that is under way: then all windows are remembered.
    await world.scene.send('probe', [lineOf(PROBE, 0)]);
    journal.commit('indexer', journal.fill.newest);
    await journal.tick(clock.now);
    await eventually('the journal is trimmed', () => journal.fill.oldest > newest);
  }
}

describe('every line that senders get an ACK of', () => {
  it('is kept once, however connections die, linger, and send again', async () => {
    await fc.assert(
      fc.asyncProperty(plays, async (play) => {
        const { appended, sent } = await played(play);
        expect(appended).toEqual(sent);
      }),
      { numRuns: rounds('PROPERTY_RUNS', 15) },
    );
  });
});
