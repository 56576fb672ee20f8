import { columnsOf, widthOf } from '../../util/columns.ts';
import { printable } from '../../util/text.ts';

/** A text of any origin in exactly so many columns: cut with `…`, or filled with spaces. */
export function inColumns(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const safe = printable(text);
  const own = columnsOf(safe);
  if (own > columns) return cut(safe, columns);
  const space = ' '.repeat(columns - own);
  return align === 'left' ? safe + space : space + safe;
}

function cut(text: string, columns: number): string {
  if (columns <= 0) return '';
  let kept = '';
  let used = 0;
  for (const character of text) {
    const own = widthOf(character);
    if (used + own > columns - 1) break;
    kept += character;
    used += own;
  }
  return `${kept}…${' '.repeat(columns - 1 - used)}`;
}

const levels = '▁▂▃▄▅▆▇█';

/** Numbers as bars of a line each, the newest at the right. */
export function sparkline(values: readonly number[], columns: number): string {
  const shown = values.slice(-columns);
  const most = Math.max(...shown, 1);
  const bars = shown.map((value) =>
    value <= 0 ? ' ' : levels[Math.min(levels.length - 1, Math.floor((value / most) * levels.length))]!,
  );
  return bars.join('').padStart(columns);
}

const sizes = ['', 'k', 'M', 'G', 'T'];

/** A number in at most six columns, and a sign: `999`, `12.3k`, `4.56M`, `0.012`. */
export function short(value: number): string {
  let rest = Math.abs(value);
  let unit = 0;
  for (; rest >= 999.5 && unit < sizes.length - 1; unit += 1) rest /= 1_000;
  const digits =
    Number.isInteger(rest) || rest >= 100
      ? rest.toFixed(0)
      : rest < 0.1
        ? rest.toFixed(3)
        : rest.toPrecision(3);
  return `${value < 0 ? '-' : ''}${digits}${sizes[unit]}`;
}

/** `10:12:03` in the zone of the terminal. */
export function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
