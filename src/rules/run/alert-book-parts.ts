import type { Evidence } from '../../alerts/entry.ts';
import type { Episodes } from '../../alerts/episodes.ts';
import type { Millis } from '../../model.ts';
import type { CompiledRule } from '../compile.ts';
import type { Judge } from '../judge.ts';
import type { Observer } from './observer.ts';

export interface AlertBookParts {
  rule: CompiledRule;
  judge: Judge;
  episodes: Episodes;
  observer?: Observer | undefined;
  /** Lines of a group from that time on, instead of those that were kept. */
  evidence?: (start: Millis) => Evidence;
  /** Called when an alert becomes inactive, and when it no longer is. */
  onInactive?: (group: string, inactive: boolean) => void;
}

/** Numbers of what is kept in memory. */
export interface KeptByBook {
  states: number;
  fields: number;
  samples: number;
  /** Number of alerts, values and shippers that were forgotten since the start, because there were too many. */
  forgotten: number;
}
