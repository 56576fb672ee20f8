import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Me } from '../../src/dashboards/live-model.ts';
import { get, me } from './api.ts';
import { listen } from './live.ts';
import { linkTo, type Page, place } from './location.ts';
import { AlertPage } from './pages/alert.tsx';
import { Alerts } from './pages/alerts.tsx';
import { Logs } from './pages/logs.tsx';
import { Overview } from './pages/overview.tsx';
import { Pipeline } from './pages/pipeline.tsx';
import { Reports } from './pages/reports.tsx';
import { Rules } from './pages/rules.tsx';
import { Announcement, Connection } from './parts/announcement.tsx';
import { theme, toggleTheme } from './parts/theme.ts';
import { TimeRange } from './parts/time-range.tsx';
import './style.css';

const titles: Record<Exclude<Page, 'alert'>, string> = {
  overview: 'Overview',
  logs: 'Logs',
  alerts: 'Alerts',
  rules: 'Rules',
  reports: 'Reports',
  pipeline: 'Pipeline',
};

const views: Record<Page, () => preact.JSX.Element> = {
  overview: Overview,
  logs: Logs,
  alerts: Alerts,
  alert: AlertPage,
  rules: Rules,
  reports: Reports,
  pipeline: Pipeline,
};

function App() {
  const { page } = place.value;
  const current = page === 'alert' ? 'alerts' : page;
  const View = views[page];
  useEffect(() => {
    document.title = `${titles[current]} · logboom`;
  }, [current]);
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <header class="bar">
        <a class="brand" href={linkTo('overview')}>
          logboom
        </a>
        <nav aria-label="Pages">
          {Object.entries(titles).map(([name, title]) => (
            <a key={name} href={linkTo(name as Page)} aria-current={name === current ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <Connection />
        <TimeRange />
        <button type="button" class="plain" onClick={toggleTheme} aria-label="Switch between light and dark">
          {theme.value === 'dark' ? '☀' : '☾'}
        </button>
      </header>
      <Announcement />
      <main id="content" tabIndex={-1}>
        <View />
      </main>
    </>
  );
}

/** The hash of the address names the page, so this is no link. */
function skip(): void {
  document.getElementById('content')?.focus();
}

/** Keys that lead to a page, and `/` to the search. */
const keys: Record<string, Page> = {
  o: 'overview',
  l: 'logs',
  a: 'alerts',
  r: 'rules',
  t: 'reports',
  p: 'pipeline',
};

document.addEventListener('keydown', (event) => {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
  const page = keys[event.key];
  if (page !== undefined) location.hash = linkTo(page);
  if (event.key !== '/') return;
  event.preventDefault();
  document.querySelector<HTMLInputElement>('input[type=search]')?.focus();
});

async function begin(): Promise<void> {
  me.value = await get<Me>('/api/me');
}

begin().catch(() => undefined);
listen();
render(<App />, document.getElementById('app')!);
