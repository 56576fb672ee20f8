import { Counter, Gauge, type Registry } from 'prom-client';
import type { Origin } from '../../model.ts';
import type { Instruments } from '../metrics.ts';

/** Log lines and metrics of redelivery. */
export interface RedeliveryTelemetry {
  /**
   * Events of a connection's last windows, whose ACK may not have arrived, are remembered from now on. Windows that
   * cannot be read (`unreadable`) will not be recognised, should they be sent again.
   */
  remembered(connection: string, events: number, unreadable: number, size: number): void;
  /** Events of a window are in the journal already. They are acknowledged and not stored again. */
  recognised(origin: Origin, events: number, count: number, size: number): void;
  /** Events had to be forgotten early, to make room. */
  forgotten(events: number): void;
  /** Events were forgotten because their sender has their ACK. `size` is what is still remembered. */
  confirmed(size: number): void;
  failed(error: unknown): void;
}

const made = new WeakMap<Registry, ReturnType<typeof metricsOf>>();

export function redeliveryTelemetry({ log, metrics }: Instruments): RedeliveryTelemetry {
  const moved = made.get(metrics) ?? metricsOf(metrics);
  made.set(metrics, moved);
  return {
    remembered(connection, events, unreadable, size) {
      moved.size.set(size);
      moved.unreadable.inc(unreadable);
      if (events > 0)
        log.debug(`${events} events of ${connection} are remembered, for their ACK may not have arrived.`);
      if (unreadable > 0)
        log.info(
          `${unreadable} of the last windows of ${connection} are not in the journal any longer (journal.keepAge, journal.keepSize). Should they be sent again, they are there twice.`,
        );
    },
    recognised({ address, connection }, events, count, size) {
      moved.size.set(size);
      moved.windows.inc();
      moved.events.inc(events);
      log.info(
        { client: { address, connection } },
        `${connection} sends ${events} of ${count} events of a window again. They are acknowledged, and kept once.`,
      );
    },
    forgotten(events) {
      moved.forgotten.inc(events);
      log.warn(
        `${events} events that may be sent again are forgotten before their time (inputs.redelivery.maxEvents). Should they come, they are there twice.`,
      );
    },
    confirmed(size) {
      moved.size.set(size);
    },
    failed(err) {
      log.error({ err }, 'Events that may be sent again could not be remembered.');
    },
  };
}

function metricsOf(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string) =>
    new Counter({ name: `logboom_redelivery_${name}`, help, registers });
  return {
    events: counter('events_total', 'Events that were sent again, recognised, and kept once.'),
    windows: counter('windows_total', 'Windows that held such events.'),
    forgotten: counter('forgotten_events_total', 'Events that had to be forgotten before their time.'),
    unreadable: counter(
      'unreadable_windows_total',
      'Windows that may be sent again and are not in the journal any longer.',
    ),
    size: new Gauge({
      name: 'logboom_redelivery_remembered_events',
      help: 'Events that are remembered because they may be sent again.',
      registers,
    }),
  };
}
