import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { clock, day, figure } from '../format.ts';
import { theme } from './theme.ts';

/** A series of a chart. `colour` is the name of a variable of the style sheet. */
export interface Series {
  name: string;
  colour: string;
  kind: 'bars' | 'line' | 'steps' | 'dashed';
  values: (number | null | undefined)[];
}

interface ChartProps {
  /** In words, for those who do not see the chart. */
  label: string;
  /** Milliseconds. */
  times: number[];
  series: Series[];
  format?: (value: number) => string;
  height?: number;
  /** Bars stand on each other: each holds those below it, the highest first. */
  onSelect?: (from: number, to: number) => void;
  /** Spans of time with a ground of their own. */
  spans?: { from: number; to: number }[];
}

const colourOf = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A chart over time with a 24-hour clock in the zone of the browser. A drag over it selects a time. */
export function Chart(props: ChartProps) {
  const { label, height = 150 } = props;
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const drawn = useRef<{ plot: uPlot; key: string } | undefined>(undefined);
  const key = JSON.stringify([props.series.map(({ name, kind }) => [name, kind]), theme.value, height]);
  useEffect(() => {
    const data = [props.times.map((at) => at / 1_000), ...props.series.map(({ values }) => values)];
    if (drawn.current?.key === key) drawn.current.plot.setData(data as uPlot.AlignedData);
    else {
      drawn.current?.plot.destroy();
      const width = host.current!.clientWidth || 300;
      const options = optionsOf(latest, width, height);
      drawn.current = { plot: new uPlot(options, data as uPlot.AlignedData, host.current!), key };
    }
  }, [props.times, props.series, key, height]);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      const width = host.current?.clientWidth ?? 0;
      if (width > 0) drawn.current?.plot.setSize({ width, height });
    });
    observer.observe(host.current!);
    return () => {
      observer.disconnect();
      drawn.current?.plot.destroy();
      drawn.current = undefined;
    };
  }, [height]);
  return <div class="chart" role="img" aria-label={label} ref={host} />;
}

type Latest = { current: ChartProps };

function optionsOf(latest: Latest, width: number, height: number): uPlot.Options {
  const { series, format = figure, onSelect } = latest.current;
  const axis = { stroke: colourOf('--muted'), font: '11px system-ui, sans-serif', ticks: { show: false } };
  const grid = { stroke: colourOf('--line'), width: 1 };
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: onSelect !== undefined, y: false, setScale: false } },
    scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, grid: { show: false }, size: 22, space: 70, values: (_, splits) => timeLabels(splits) },
      { ...axis, grid, size: 52, space: 30, values: (_, splits) => splits.map((value) => format(value)) },
    ],
    series: [{}, ...series.map(seriesOptions)],
    hooks: {
      drawClear: [(plot) => drawSpans(plot, latest.current.spans ?? [])],
      setCursor: [(plot) => tell(plot, latest.current)],
      setSelect: [(plot) => select(plot, latest.current)],
    },
  };
}

function timeLabels(splits: number[]): string[] {
  const apart = (splits[1] ?? 0) - (splits[0] ?? 0);
  return splits.map((at) => {
    if (apart >= 86_400) return day(at * 1_000).slice(5);
    const text = clock(at * 1_000);
    return apart >= 60 ? text.slice(0, 5) : text;
  });
}

function seriesOptions({ name, colour, kind }: Series): uPlot.Series {
  const stroke = colourOf(colour);
  const bars = uPlot.paths.bars?.({ size: [0.86, 40] });
  const steps = uPlot.paths.stepped?.({ align: -1 });
  const options = { label: name, stroke, width: 1.5, spanGaps: false, points: { show: false } };
  if (kind === 'bars') return { ...options, width: 0, fill: stroke, ...(bars && { paths: bars }) };
  if (kind === 'steps') return { ...options, ...(steps && { paths: steps }) };
  return kind === 'dashed' ? { ...options, dash: [6, 4] } : options;
}

function drawSpans(plot: uPlot, spans: { from: number; to: number }[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colourOf('--span');
  for (const { from, to } of spans) {
    const left = Math.max(bbox.left, plot.valToPos(from / 1_000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to / 1_000, 'x', true));
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

/** Shows the values under the pointer beside it. */
function tell(plot: uPlot, { times, series, format = figure }: ChartProps): void {
  const { idx, left = -1 } = plot.cursor;
  const known = plot.over.querySelector<HTMLElement>('.tip');
  if (idx === null || idx === undefined || left < 0) {
    known?.remove();
    return;
  }
  const tip =
    known ?? plot.over.appendChild(Object.assign(document.createElement('div'), { className: 'tip' }));
  const lines = series.flatMap(({ name, values }) => {
    const value = values[idx];
    return value === null || value === undefined ? [] : [`${name} ${format(value)}`];
  });
  tip.textContent = [`${day(times[idx]!)} ${clock(times[idx]!)}`, ...lines].join('\n');
  tip.style.left = left > plot.over.clientWidth / 2 ? '' : `${left + 10}px`;
  tip.style.right = left > plot.over.clientWidth / 2 ? `${plot.over.clientWidth - left + 10}px` : '';
}

function select(plot: uPlot, { onSelect }: ChartProps): void {
  const { left, width } = plot.select;
  if (width < 4 || onSelect === undefined) return;
  const at = (position: number) => Math.round(plot.posToVal(position, 'x') * 1_000);
  onSelect(at(left), at(left + width));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}
