import type { Millis } from '../model.ts';

export interface LineChart {
  /** Time and value, oldest first. */
  points: readonly (readonly [at: Millis, value: number])[];
  /** Values at which dashed lines are drawn. */
  thresholds: readonly number[];
  /** `#rrggbb` of the line. */
  color: string;
  /** A value as its labels show it. */
  format: (value: number) => string;
  /** What the chart shows, for those who cannot see it. */
  title: string;
  /** Pixels. */
  width?: number;
  height?: number;
}

/** The labels of the range are left of the line. */
const margin = { left: 64, right: 12, top: 22, bottom: 24 };
const family = 'DejaVu Sans, Verdana, sans-serif';
const grey = '#6b7280';
const red = '#b3261e';

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const at = (pixels: number) => String(Math.round(pixels * 10) / 10);

interface Label {
  x: number;
  y: number;
  text: string;
  anchor?: 'start' | 'middle' | 'end';
  color?: string;
}

function label({ x, y, text, anchor = 'start', color = grey }: Label): string {
  const place = `x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"`;
  return `<text ${place} font-family="${family}" font-size="11" fill="${color}">${escaped(text)}</text>`;
}

/** `03:04:05`, or `01-02 03:04` where the chart spans a day or more. */
function timeLabel(time: Millis, span: Millis): string {
  const iso = new Date(time).toISOString();
  return span >= 86_400_000 ? iso.slice(5, 16).replace('T', ' ') : iso.slice(11, 19);
}

/**
 * A line of values over time with thresholds, as an SVG document without scripts or references. Undefined where no point can
 * be drawn. Times are in UTC.
 */
export function lineChart(chart: LineChart): string | undefined {
  const { width = 600, height = 160, title, color, format } = chart;
  const points = chart.points.filter(([, value]) => Number.isFinite(value));
  const thresholds = chart.thresholds.filter(Number.isFinite);
  if (points.length === 0) return undefined;
  const scale = scaleOf(points, thresholds, width, height);
  const path = points.map(([time, value]) => `${at(scale.x(time))},${at(scale.y(value))}`);
  const [lastX, lastY] = path.at(-1)!.split(',');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...grid(scale, width, format),
    ...thresholds.map((value) => thresholdLine(scale.y(value), width, format(value))),
    `<polyline points="${path.join(' ')}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`,
    `<circle cx="${lastX}" cy="${lastY}" r="4" fill="${color}"/>`,
    ...timeLabels(points, width, height),
    '</svg>',
  ].join('\n');
}

interface Scale {
  x: (time: Millis) => number;
  y: (value: number) => number;
  lowest: number;
  highest: number;
}

/** Zero is part of the range, so that a rise looks as large as it is. */
function scaleOf(
  points: LineChart['points'],
  thresholds: readonly number[],
  width: number,
  height: number,
): Scale {
  const values = [0, ...thresholds, ...points.map(([, value]) => value)];
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  const range = highest - lowest || 1;
  const [first, last] = [points[0]![0], points.at(-1)![0]];
  const span = last - first;
  const across = width - margin.left - margin.right;
  const down = height - margin.top - margin.bottom;
  return {
    lowest,
    highest: lowest === highest ? lowest + 1 : highest,
    x: (time) => margin.left + (span === 0 ? across : ((time - first) / span) * across),
    y: (value) => margin.top + (1 - (value - lowest) / range) * down,
  };
}

function grid({ y, lowest, highest }: Scale, width: number, format: LineChart['format']): string[] {
  const line = (value: number) =>
    `<line x1="${margin.left}" x2="${width - margin.right}" y1="${at(y(value))}" y2="${at(y(value))}" stroke="#e5e7eb"/>`;
  return [
    line(lowest),
    line(highest),
    rangeLabel(y(highest), format(highest)),
    rangeLabel(y(lowest), format(lowest)),
  ];
}

const rangeLabel = (y: number, text: string) => label({ x: margin.left - 8, y: y + 4, text, anchor: 'end' });

function thresholdLine(y: number, width: number, text: string): string {
  const ends = `x1="${margin.left}" x2="${width - margin.right}" y1="${at(y)}" y2="${at(y)}"`;
  const line = `<line ${ends} stroke="${red}" stroke-width="1.5" stroke-dasharray="6 4"/>`;
  return line + label({ x: width - margin.right, y: y - 5, text, anchor: 'end', color: red });
}

function timeLabels(points: LineChart['points'], width: number, height: number): string[] {
  const [first, last] = [points[0]![0], points.at(-1)![0]];
  const y = height - 8;
  const end = label({
    ...{ x: width - margin.right, y, anchor: 'end' },
    text: `${timeLabel(last, last - first)} UTC`,
  });
  return first === last ? [end] : [label({ x: margin.left, y, text: timeLabel(first, last - first) }), end];
}
