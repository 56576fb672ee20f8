import { useState } from 'preact/hooks';
import type { DeadLettersAnswer } from '../../../src/dashboards/model.ts';
import type { Health } from '../../../src/telemetry/api/health.ts';
import type { Status } from '../../../src/telemetry/api/status.ts';
import { mayOperate, post, useAnswer } from '../api.ts';
import { count, figure, length, percent, shown, size, when } from '../format.ts';
import { pulse } from '../live.ts';
import { Empty, Figure, Panel, Problems } from '../parts/basics.tsx';
import { Table } from '../parts/table.tsx';

export function Pipeline() {
  // The state of the server changes also while no events arrive.
  const tick = pulse.value === undefined ? 0 : Math.floor(Date.now() / 2_000);
  const { answer: status, error } = useAnswer<Status>('/status', tick);
  const health = useAnswer<Health>('/health', tick);
  return (
    <>
      <h1>Pipeline</h1>
      <Problems error={error ?? (status ? undefined : health.error)} problems={health.answer?.reasons} />
      {status === undefined && error === undefined && <Empty>Loading …</Empty>}
      {status !== undefined && (
        <>
          <Figures status={status} />
          <Inputs status={status} />
          <Readers status={status} />
          <Sources status={status} />
          <Outputs status={status} />
          <DeadLetters refused={status.sink.deadLetters} />
        </>
      )}
    </>
  );
}

interface Part {
  status: Status;
}

function Figures({ status: { version, uptime, journal, sink } }: Part) {
  return (
    <dl class="figures">
      <Figure name="Version" value={version} />
      <Figure name="Running for" value={length(uptime)} />
      <Figure
        name="Journal"
        value={`${percent(journal.bytes / journal.maxBytes)} of ${size(journal.maxBytes)}`}
      />
      <Figure
        name={sink.kind === 'store' ? 'Embedded store' : 'Elasticsearch'}
        value={sink.state}
        tone={sink.state === 'ready' ? undefined : 'bad'}
      />
      {(sink.unpublished ?? 0) > 0 && (
        <Figure name="Outputs not indexed yet" value={count(sink.unpublished!)} />
      )}
      <Figure
        name="Dead letters"
        value={sink.deadLetters === undefined ? 'unknown' : count(sink.deadLetters)}
        tone={sink.deadLetters === 0 ? undefined : 'bad'}
      />
    </dl>
  );
}

function Inputs({ status: { inputs } }: Part) {
  const rows = Object.entries(inputs).map(([name, input]) => {
    const { sources } = input;
    const behind = [
      ...(input.lagBytes ? [`${size(input.lagBytes)} behind`] : []),
      ...(input.lagMessages ? [`${count(input.lagMessages)} messages behind`] : []),
      ...(input.dropped ? [`${count(input.dropped)} datagrams lost`] : []),
      ...(input.refused ? [`${count(input.refused)} documents refused`] : []),
      ...(input.windowsInFlight ? [`${input.windowsInFlight} windows in flight`] : []),
      ...(input.problems ?? []),
      ...(input.refusedSenders ?? []).map(
        ({ address, count: times, reason }) => `${address} was refused ${times} times: ${reason}`,
      ),
    ];
    return [
      name,
      input.kind ?? 'lumberjack',
      input.url ??
        input.listens ??
        (input.files ? `${input.files.watched} files, ${input.files.open} open` : ''),
      input.connections === undefined ? '' : String(input.connections),
      sources ? `${figure(Number(sources.rate.toPrecision(3)))}/s` : '',
      sources?.formats.join(', ') ?? '',
      behind.join('; '),
    ];
  });
  return (
    <Panel title="Inputs" wide>
      <Table
        columns={['Input', 'Kind', 'Where', 'Connections', 'Rate', 'Formats', 'Remarks']}
        numbers={[3, 4]}
        rows={rows}
        empty="No input is configured."
      />
    </Panel>
  );
}

function Readers({ status: { readers } }: Part) {
  const rows = Object.entries(readers).map(([name, { lag, waitsFor }]) => [
    name,
    count(lag.records),
    size(lag.bytes),
    lag.records === 0 ? 'up to date' : length(lag.seconds * 1_000),
    waitsFor === undefined ? '' : `waits for ${waitsFor}`,
  ]);
  return (
    <Panel title="Readers of the journal" wide>
      <Table
        columns={['Reader', 'Records behind', 'Bytes', 'Age', 'Remarks']}
        numbers={[1, 2]}
        rows={rows}
        empty=""
      />
    </Panel>
  );
}

/** A source is called silent after this. */
const silentAfter = 5 * 60_000;

function Sources({ status: { sources } }: Part) {
  const rows = (sources?.list ?? []).slice(0, 100).map((source) => {
    const silent = Date.now() - source.lastSeen;
    return [
      source.name,
      source.format ?? 'not recognised',
      `${figure(Number(source.rate.toPrecision(3)))}/s`,
      count(source.events),
      silent > silentAfter ? `silent for ${length(silent)}` : when(source.lastSeen),
      source.recent.events === 0 ? '' : percent(source.recent.unparsed / source.recent.events),
      source.problems.map(({ reason }) => reason).join('; '),
    ];
  });
  return (
    <Panel title="Sources" wide note={sources && `${count(sources.known)} known`}>
      <Table
        columns={['Source', 'Format', 'Rate', 'Events', 'Last seen', 'Not read', 'Problems']}
        numbers={[2, 3, 5]}
        rows={rows}
        empty="No event has arrived yet. Point Filebeat's output.logstash to the address of the input above."
      />
    </Panel>
  );
}

function Outputs({ status: { sink, notifiers, forward, alerts } }: Part) {
  const rows = [
    [sink.kind, sink.url, sink.state, sink.reason ?? ''],
    ...Object.entries(notifiers).map(([name, { pending, failing }]) => [
      `notifier ${name}`,
      '',
      pending === 0 ? 'nothing waits' : `${count(pending)} messages wait`,
      failing ?? '',
    ]),
    ...(forward?.hosts ?? []).map(({ host, connected, reason }) => [
      'Logstash',
      host,
      connected ? 'connected' : 'not connected',
      reason ?? '',
    ]),
    ...alerts.own.map(({ rule, group, since, reason }) => [
      `own alert ${rule}`,
      group,
      when(Date.parse(since)),
      reason,
    ]),
  ];
  return (
    <Panel title="Outputs" wide>
      <Table columns={['Output', 'Where', 'State', 'Remarks']} rows={rows} empty="" />
    </Panel>
  );
}

function DeadLetters({ refused }: { refused: number | undefined }) {
  const [told, setTold] = useState<string>();
  const [error, setError] = useState<string>();
  const { answer, error: problem } = useAnswer<DeadLettersAnswer>('/api/dead-letters?limit=20', refused);
  const act = async (action: 'retry' | 'drop') => {
    setTold('under way …');
    setError(undefined);
    try {
      setTold(sentence(await post<Record<string, unknown>>(`/dead-letters/${action}`, { all: true })));
    } catch (failure) {
      setTold(undefined);
      setError((failure as Error).message);
    }
  };
  const rows = (answer?.letters ?? []).map(({ at, index, reason, id }) => [when(at), index, reason, id]);
  return (
    <Panel
      title="Dead letters"
      wide
      note={
        refused === undefined ? 'the indexer does not answer' : `${count(refused)} kept in the data folder`
      }
    >
      <Problems error={error ?? problem} problems={answer?.problems} />
      {mayOperate.value && (refused ?? 0) > 0 && (
        <div class="actions">
          <button type="button" onClick={() => void act('retry')}>
            Send all again
          </button>
          <button
            type="button"
            onClick={() => window.confirm(`Drop ${refused} dead letters for good?`) && void act('drop')}
          >
            Drop all
          </button>
        </div>
      )}
      {told !== undefined && <p aria-live="polite">{shown(told)}</p>}
      <Table columns={['Time', 'Index', 'Reason', 'Id']} rows={rows} empty="Nothing was refused." />
    </Panel>
  );
}

/** The numbers of an outcome in words: `3 taken, 1 refused`. */
function sentence(outcome: Record<string, unknown>): string {
  const numbers = Object.entries(outcome).filter(([, value]) => typeof value === 'number');
  return numbers.map(([name, value]) => `${value} ${name}`).join(', ') || 'done';
}
