import { computed, signal } from '@preact/signals';

/** Where the page is: all of it stands in the address, so that a link shows the same. */

export const pages = ['overview', 'logs', 'alerts', 'alert', 'rules', 'reports', 'pipeline'] as const;
export type Page = (typeof pages)[number];

interface Place {
  page: Page;
  params: Record<string, string>;
}

function read(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const page = pages.find((name) => name === path) ?? 'overview';
  return { page, params: Object.fromEntries(new URLSearchParams(search)) };
}

export const place = signal(read(location.hash));
window.addEventListener('hashchange', () => {
  place.value = read(location.hash);
});

const kept = ['from', 'to'];

/** The address of a page. The time range stays as it is, unless `params` name another. */
export function linkTo(page: Page, params: Record<string, string | undefined> = {}): string {
  const time = Object.entries(place.value.params).filter(([name]) => kept.includes(name));
  const all = { ...Object.fromEntries(time), ...params };
  const set = Object.entries(all).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const search = new URLSearchParams(set).toString();
  return `#/${page}${search === '' ? '' : `?${search}`}`;
}

export function goTo(page: Page, params: Record<string, string | undefined> = {}): void {
  location.hash = linkTo(page, params);
}

/** Changes parameters of the present page. */
export function change(params: Record<string, string | undefined>): void {
  goTo(place.value.page, { ...place.value.params, ...params });
}

const defaults: Record<Page, string> = {
  ...{ overview: 'now-15m', logs: 'now-15m' },
  ...{ alerts: 'now-24h', alert: 'now-24h', rules: 'now-15m', reports: 'now-15m', pipeline: 'now-15m' },
};

/** The time that is shown, as in the address. */
export const range = computed(() => {
  const { page, params } = place.value;
  return { from: params.from ?? defaults[page], to: params.to ?? 'now' };
});
/** Whether the end of the time is the present, so that what arrives belongs to it. */
export const isRecent = computed(() => range.value.to === 'now');
