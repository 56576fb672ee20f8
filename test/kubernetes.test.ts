import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../src/config/load/load.ts';
import { aFolder } from './support/folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifests = parseAllDocuments(readFileSync(join(root, 'docker/kubernetes.yml'), 'utf8')).map(
  (document) => document.toJS() as { apiVersion: string; kind: string } & Record<string, never>,
);
const one = (kind: string) => manifests.find((manifest) => manifest.kind === kind) as never;

/** What the compiler says to objects of these types of the package kubernetes-types. */
function compiled(objects: { apiVersion: string; kind: string }[]): string {
  const types = join(root, 'node_modules/kubernetes-types');
  const lines = objects.map(({ apiVersion, kind, ...rest }, at) => {
    const module = apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`;
    const value = JSON.stringify({ apiVersion, kind, ...rest });
    return `export const m${at}: import(${JSON.stringify(join(types, module))}).${kind} = ${value};`;
  });
  const file = join(aFolder(), 'manifests.ts');
  writeFileSync(file, lines.join('\n'));
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--skipLibCheck',
    '--strict',
    '--target',
    'esnext',
    '--module',
    'preserve',
  ];
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), ...options, file],
    {
      encoding: 'utf8',
    },
  );
  return stdout;
}

describe('the manifests for Kubernetes', () => {
  it('fit the types of its API', () => {
    expect(manifests.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Service', 'StatefulSet']);
    expect(compiled(manifests)).toBe('');
  });

  it('would not fit with an unknown field', () => {
    const [wrong] = [structuredClone(one('Service')) as { spec: Record<string, unknown> }];
    wrong.spec.port = 5044;
    expect(compiled([wrong as never])).toMatch(/port/);
  });

  it('hold a configuration without problems', () => {
    const { data } = one('ConfigMap') as { data: Record<string, string> };
    const path = join(aFolder(), 'logboom.yml');
    writeFileSync(path, data['logboom.yml']!);
    const env = { ES_API_KEY: 'an-api-key', SLACK_TOKEN: 'xoxb-1' };
    expect(loadConfig({ path, env }).problems).toEqual([]);
  });

  it('wait longer for an end than logboom takes, and keep one process to a volume', () => {
    const { spec } = one('StatefulSet') as {
      spec: { replicas: number; template: { spec: { terminationGracePeriodSeconds: number } } };
    };
    expect(spec.replicas).toBe(1);
    expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(30);
  });

  it('name what they refer to', () => {
    const set = JSON.stringify(one('StatefulSet'));
    for (const part of ['"name":"data"', '"configMap":{"name":"logboom"}', '"secretRef":{"name":"logboom"}'])
      expect(set).toContain(part);
    expect(JSON.stringify(one('Service'))).toContain('"targetPort":"beats"');
  });
});
