import type { Capabilities } from '../server.ts';
import { contentOf } from './content.ts';
import { lifecycleBody, policyBody, policyName, type Retention } from './server.ts';
import {
  customOf,
  type IndexTemplate,
  indexTemplateBody,
  lifecycleName,
  mappingsBody,
  mappingsOf,
  owner,
  settingsBody,
  settingsName,
} from './template.ts';

/** A template, component template or policy that is installed. */
export interface Piece {
  kind: 'ILM policy' | 'component template' | 'index template';
  name: string;
  path: string;
  /** Raised with each change of the content in a new version of logboom. */
  version: number;
  /** The request's body, with `_meta` in its place. */
  body: object;
  /** The user's component: created empty where the server requires it, and never changed again. */
  theirs?: boolean;
  /** The template creates data streams, so a server without data streams refuses it. */
  stream?: IndexTemplate;
}

/** Version of the component templates that all templates share. */
const sharedVersion = 2;

/** All pieces, each after those that it refers to. */
export function piecesFor(templates: IndexTemplate[], server: Capabilities, retention: Retention): Piece[] {
  const policy = server.lifecycle === 'ilm' ? [policyPiece(retention)] : [];
  const own = templates.map((template) =>
    component(mappingsOf(template), template.version, mappingsBody(template)),
  );
  const custom = server.mayMissComponents ? [] : templates.map(customPiece);
  return [
    ...policy,
    component(settingsName, sharedVersion, settingsBody(server)),
    component(lifecycleName, sharedVersion, lifecycleBody(server, retention)),
    ...own,
    ...custom,
    ...templates.map((template) => indexPiece(template, server)),
  ];
}

export function indexPiece(template: IndexTemplate, server: Capabilities): Piece {
  const { name, version } = template;
  return {
    kind: 'index template',
    name,
    path: `/_index_template/${name}`,
    version,
    body: marked(indexTemplateBody(template, server), version),
    ...(template.dataStream && server.dataStreams && { stream: template }),
  };
}

function component(name: string, version: number, body: object): Piece {
  return {
    kind: 'component template',
    name,
    path: `/_component_template/${name}`,
    version,
    body: marked(body, version),
  };
}

function customPiece(template: IndexTemplate): Piece {
  return { ...component(customOf(template), 1, { template: {} }), theirs: true };
}

function policyPiece(retention: Retention): Piece {
  const { policy } = policyBody(retention) as { policy: object };
  return {
    kind: 'ILM policy',
    name: policyName,
    path: `/_ilm/policy/${policyName}`,
    version: sharedVersion,
    body: { policy: marked(policy, sharedVersion, false) },
  };
}

/** A policy has no field for its version, so the version is in `_meta` alone. */
function marked(body: object, version: number, hasVersion = true): object {
  const description = 'Installed by logboom; what you change yourself belongs into the @custom component.';
  const _meta = { managed_by: owner, version, content: contentOf(body), description };
  return { ...body, ...(hasVersion && { version }), _meta };
}
