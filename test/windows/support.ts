import type { Millis, WindowValue } from '../../src/model.ts';
import { createWindows, type WindowOptions, type Windows } from '../../src/windows/windows.ts';

/** Windows that count a tumbling second, but for what is given. */
export const open = (options: Partial<WindowOptions> = {}): Windows =>
  createWindows({ over: 1000, every: 1000, measure: { kind: 'count' }, maxGroups: 1000, ...options });

/** Closes windows and shows each as `group [start, end) value`. */
export function closing(windows: Windows, watermark: Millis, react = (_: WindowValue) => {}): string[] {
  const closed: string[] = [];
  windows.advance(watermark, (value) => {
    closed.push(`${value.group} [${value.start}, ${value.end}) ${value.value}`);
    react(value);
  });
  return closed;
}
