/** The default space goes without a name or by the name `default`. */
export const isDefaultSpace = (space: string | undefined): boolean =>
  space === undefined || space === '' || space === 'default';

/** The id of a saved object in a space of Kibana, such as `logboom-traffic-ops`; in the default space it is `logboom-traffic`. */
export const idInSpace = (id: string, space: string | undefined): string =>
  isDefaultSpace(space) ? id : `${id}-${space}`;
