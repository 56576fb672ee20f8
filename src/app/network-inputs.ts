import type { NetworkInputConfig } from '../config/schema/network-inputs.ts';
import type { Config } from '../config/schema/schema.ts';
import { BatchBuilder } from '../inputs/batch-builder.ts';
import { networkFields } from '../inputs/event-fields.ts';
import { HttpInput } from '../inputs/http/http-input.ts';
import type { HttpStore } from '../inputs/http/intake.ts';
import type { Input } from '../inputs/input.ts';
import { KafkaInput } from '../inputs/kafka/kafka-input.ts';
import { type HostOf, LineSink } from '../inputs/network/line-sink.ts';
import { StdinInput } from '../inputs/stdin/stdin-input.ts';
import { syslogHost } from '../inputs/syslog/header.ts';
import { SyslogInput } from '../inputs/syslog/syslog-input.ts';
import { TcpInput } from '../inputs/tcp/tcp-input.ts';
import { UdpInput } from '../inputs/udp/udp-input.ts';
import type { Journal } from '../journal/journal.ts';
import { without } from '../journal/redelivery/recent-windows.ts';
import type { Redelivery } from '../journal/redelivery/redelivery.ts';
import type { Batch, EventBlock, InputState, Millis, Origin, Position } from '../model.ts';
import type { Gate } from '../processors/gate.ts';
import { type NetworkInputTelemetry, networkInputTelemetry } from '../telemetry/components/network-input.ts';
import type { Instruments } from '../telemetry/metrics.ts';

export interface InputsOptions {
  config: Config;
  journal: Journal;
  redelivery: Redelivery;
  append: (batch: Batch, block: EventBlock, states?: readonly InputState[]) => Promise<Position | undefined>;
  instruments: Instruments;
  /** The clock of receipt times. */
  now: () => Millis;
}

/** What the gate takes of a batch; undefined where that is nothing. */
export function takenThrough(
  gate: Gate,
  batch: Batch,
  block: EventBlock,
): { batch: Batch; block: EventBlock } | undefined {
  const left = gate.leftOut(block, batch);
  if (left === undefined) return { batch, block };
  if (left.size === block.count) return undefined;
  if (batch.encoding === 'lumberjack') {
    const { payload, count, block: rest } = without(block, left);
    return { batch: { ...batch, payload, count }, block: rest };
  }
  const builder = new BatchBuilder({ bytes: batch.payload.length, events: block.count });
  for (let index = 0; index < block.count; index += 1) {
    if (left.has(index)) continue;
    const event = block.bytes.subarray(block.spans[2 * index], block.spans[2 * index + 1]);
    const at = builder.at;
    event.copy(builder.space(event.length), at);
    builder.add(at + event.length);
  }
  const { payload, count, block: rest } = builder.take();
  return { batch: { ...batch, payload, count, encoding: 'ndjson' }, block: rest };
}

/** Sockets, HTTP and standard input. What they take has no ACK of its own that could be lost, except over HTTP. */
export function networkInputs(options: InputsOptions): Input[] {
  return options.config.inputs.network
    .filter(({ enabled }) => enabled)
    .map((config) => {
      const telemetry = networkInputTelemetry(options.instruments, config);
      return create(config, options, telemetry);
    });
}

function create(config: NetworkInputConfig, options: InputsOptions, telemetry: NetworkInputTelemetry): Input {
  const sink = (hostOf?: HostOf, parser?: string) => lineSink(config, options, telemetry, hostOf, parser);
  switch (config.kind) {
    case 'tcp':
      return new TcpInput({ config, telemetry, sink: sink() });
    case 'udp':
      return new UdpInput({ config, telemetry, sink: sink() });
    case 'syslog':
      return new SyslogInput({ config, telemetry, sink: sink(syslogHost, 'syslog') });
    case 'http':
      return new HttpInput({
        ...{ config, telemetry, now: options.now, store: httpStore(options) },
        ...{ origin: originOf(config, undefined), fields: networkFields(config) },
      });
    case 'kafka':
      return new KafkaInput({
        ...{ config, telemetry, now: options.now, store: storeOf(options) },
        ...{ origin: originOf(config, undefined), fields: networkFields(config) },
      });
    case 'stdin':
      return new StdinInput({ config, telemetry, sink: sink() });
  }
}

/** A sender that got no answer sends again, so these batches pass the memory of what may be sent again. */
const httpStore = ({ journal, redelivery }: InputsOptions): HttpStore => ({
  deliver: (batch, block) => redelivery.deliver(batch, block),
  isFull: () => journal.fill.waiting > 0,
  connectionOpened: (origin) => redelivery.connectionOpened(origin),
  connectionClosed: (connection, clean) => redelivery.connectionClosed(connection, clean),
});

/** The journal for inputs without senders that would send again. */
const storeOf = ({ journal, append }: InputsOptions) => ({
  append,
  saveStates: (states: readonly InputState[]) => journal.saveStates(states),
  states: (prefix: string) => journal.states(prefix),
});

function lineSink(
  config: NetworkInputConfig,
  options: InputsOptions,
  telemetry: NetworkInputTelemetry,
  hostOf: HostOf | undefined,
  parser: string | undefined,
): LineSink {
  return new LineSink({
    origin: originOf(config, parser),
    store: storeOf(options),
    fields: networkFields(config),
    ...{ telemetry, hostOf },
  });
}

function originOf({ name, parser, zone }: NetworkInputConfig, byDefault: string | undefined): Origin {
  const used = parser ?? byDefault;
  return {
    ...{ input: name, connection: name, address: '' },
    ...(used !== undefined && { parser: used }),
    ...(zone !== undefined && { zone }),
  };
}
