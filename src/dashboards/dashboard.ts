import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { Millis, Transition } from '../model.ts';
import type { Health } from '../telemetry/api/health.ts';
import type { StreamedTransition } from './live-model.ts';
import { documentation } from './routes/documentation.ts';
import { addStream, EventStream } from './routes/event-stream.ts';
import { openApi } from './routes/openapi.ts';
import { addPages } from './routes/pages.ts';
import { addRoutes, type Route, route } from './routes/route.ts';
import { routesOf, type Shown } from './routes/table.ts';

export interface DashboardParts extends Shown {
  version: string;
  /** Position of the newest record of the journal. */
  newest: () => number;
  health: () => Promise<Health>;
}

/** The web dashboard and the requests that it is made of. */
export interface Dashboard {
  /** Adds its routes to the API. `headers` are those of each answer. */
  addTo(app: FastifyInstance, headers: Record<string, string>): void;
  /** A transition is on disk: pages get it. */
  transition(transition: Transition): void;
  stop(): Promise<void>;
}

const pulseEvery: Millis = 1_000;

export function startDashboard(parts: DashboardParts): Dashboard {
  const stream = new EventStream();
  const pulse = setInterval(() => void sendPulse(stream, parts).catch(() => undefined), pulseEvery);
  pulse.unref();
  const shown = [...routesOf(parts), meRoute(parts.version)];
  return {
    addTo(app, headers) {
      addRoutes(app, [...shown, ...documentationRoutes(shown, parts.version)]);
      addStream(app, stream, headers);
      addPages(app);
    },
    transition: (transition) => stream.publish('transition', streamed(transition)),
    async stop() {
      clearInterval(pulse);
      stream.stop();
      await parts.searcher.close();
    },
  };
}

async function sendPulse(stream: EventStream, { newest, health, openAlerts }: DashboardParts): Promise<void> {
  if (stream.clients === 0) return;
  const { healthy, state, reasons } = await health();
  stream.pulse('pulse', { newest: newest(), openAlerts: openAlerts.size(), healthy, state, reasons });
}

function streamed(transition: Transition): StreamedTransition {
  const { id, episode, rule, group, from, to, at, severity, message, value } = transition;
  return { id, episode, rule, group, from, to, at, severity, message, ...(value !== undefined && { value }) };
}

const none = z.strictObject({});

const meRoute = (version: string): Route =>
  route({
    path: '/api/me',
    summary: 'Who asks, and whether he may change something.',
    query: none,
    answer: (_, { client }) => ({ name: client?.name, role: client?.role, version }),
  });

function documentationRoutes(routes: readonly Route[], version: string): Route[] {
  return [
    route({
      path: '/api/openapi.json',
      summary: 'These requests in OpenAPI 3.1.',
      query: none,
      answer: () => openApi(routes, version),
    }),
    documentation(routes),
  ];
}
