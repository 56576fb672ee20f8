import { colours } from './palette.ts';
import { type Reference, type SavedObject, savedObject } from './saved-object.ts';

const id = 'logboom-tag';

/** By this tag, Kibana's lists of dashboards and searches show what belongs to logboom. */
export const tag = (): SavedObject =>
  savedObject('tag', id, {
    name: 'logboom',
    description: 'What `logboom kibana import` put in',
    color: colours.low,
  });

/** The reference of an object that has the tag. */
export const tagged = (): Reference => ({ name: `tag-ref-${id}`, type: 'tag', id });
