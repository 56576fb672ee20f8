import type { Millis } from '../model.ts';

/** What pages receive about the server, and about changes as they happen. */

/** Who asks, as `/api/me` answers it. */
export interface Me {
  /** Name of the token; `anyone` where none is required. */
  name: string;
  role: 'read' | 'operate';
  version: string;
}

/** An event `transition` of `/api/stream`. */
export interface StreamedTransition {
  id: string;
  episode: string;
  rule: string;
  group: string;
  from: string;
  to: string;
  at: Millis;
  severity: string;
  message: string;
  value?: number;
}

/** An event `pulse` of `/api/stream`, once a second. */
export interface Pulse {
  /** Position of the newest record of the journal: it grows when events arrive. */
  newest: number;
  openAlerts: number;
  healthy: boolean;
  state: string;
  reasons: string[];
}
