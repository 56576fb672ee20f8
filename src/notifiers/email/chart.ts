import { messageOf } from '../../errors.ts';
import type { Notification } from '../../model.ts';
import { lineChart } from '../../util/chart.ts';
import { boundsIn, valueText } from '../../util/figures.ts';
import { packageFile } from '../../util/files.ts';
import { measureOf, summaryOf } from '../message/summary.ts';
import type { NotifierContext } from '../notifier.ts';

/** Charts of fewer points say nothing that the value does not. */
const fewestPoints = 3;

/** The values of the windows before the transition and the value of the transition. */
export function pointsOf({ history = [], transition }: Notification): (readonly [number, number])[] {
  const { value, window } = transition;
  const before = history.filter(([at]) => at < window.end);
  return value === undefined ? before : [...before, [window.end, value] as const];
}

/** The measure against its threshold, as SVG; undefined where there are too few points. */
export function chartOf(notification: Notification): string | undefined {
  const points = pointsOf(notification);
  if (points.length < fewestPoints) return undefined;
  const measure = measureOf(notification);
  const { condition } = notification.transition;
  return lineChart({
    points,
    thresholds: boundsIn(condition),
    color: summaryOf(notification).color,
    format: (value) => valueText(value, measure),
    title: `${measure} against ${condition}`,
  });
}

/** The font of the package: equal charts on every machine, and no search through the fonts of the system. */
const font = packageFile('assets/chart-font.ttf');

/** Twice the size in which it is shown, for screens of high resolution. */
const zoom = 2;

type Warn = NotifierContext['log'];
let isReported = false;

/**
 * An SVG document as PNG; undefined where the optional package that draws it is not installed for this platform or fails,
 * which is logged once. Mail clients do not show SVG.
 */
export async function pngOf(svg: string, log: Warn): Promise<Buffer | undefined> {
  try {
    const { renderAsync } = await import('@resvg/resvg-js');
    const image = await renderAsync(svg, {
      fitTo: { mode: 'zoom', value: zoom },
      font: { loadSystemFonts: false, fontFiles: [font], defaultFontFamily: 'DejaVu Sans' },
    });
    return image.asPng();
  } catch (error) {
    if (!isReported)
      log.warn(
        `Mails show a table instead of a chart, because @resvg/resvg-js cannot draw it: ${messageOf(error)}`,
      );
    isReported = true;
    return undefined;
  }
}
