// What an operator copies: manifests and tables, against the settings that the program has.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import packageJson from '../package.json' with { type: 'json' };
import { describeSettings } from '../scripts/describe-settings.ts';
import { healthPaths } from '../src/baton/commands/health-check.ts';
import { defaultServiceTiming } from '../src/baton/conductorone/tasks/service-timing.ts';
import { variableName } from '../src/baton/config/field.ts';
import { defaultFields } from '../src/baton/config/fields/default-fields.ts';
import { healthCheckPort } from '../src/baton/config/fields/service-mode.ts';
import { readEnvironment } from '../src/baton/config/raw-value.ts';
import { resolveSettings } from '../src/baton/config/resolve-settings.ts';
import { percipioFields } from '../src/percipio/config.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/deploy.md');
const secret = parse(read('deploy/kubernetes/secret.yaml'));
const deployment = parse(read('deploy/kubernetes/deployment.yaml'));
const pod = deployment.spec.template.spec;
const [container] = pod.containers;
const environment = new Map<string, string>(
  container.env.map((each: { name: string; value?: string }) => [each.name, each.value]),
);

/** What is read of the environment alone, and no setting: the table of docs/deploy.md has them all. */
const variablesWithoutFlag = page.matchAll(/^\| `(BATON_[A-Z0-9_]+)` \|/gm);
const allFields = [...percipioFields, ...defaultFields];
const known = new Set([...allFields.map(variableName), ...Array.from(variablesWithoutFlag, ([, name]) => name)]);

test('docs/deploy.md has the tables of settings that the program gives', () => {
  assert.equal(page, describeSettings(page), 'run node scripts/describe-settings.ts');
});

test('every variable that the source reads of the environment is told in docs/deploy.md', () => {
  const files = globSync('src/{baton,percipio,commands}/**/*.ts', { cwd: root });
  const named = files.flatMap((path) =>
    Array.from(read(path).matchAll(/\benv(?:\.|, ')(BATON_[A-Z0-9_]+)/g), ([, name]) => name),
  );
  assert.ok(named.length > 3);
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  );
});

test('each variable of the manifests is one that the program reads', () => {
  const names = [...Object.keys(secret.stringData), ...environment.keys()];
  assert.deepEqual(
    names.filter((name) => !known.has(name)),
    [],
  );
});

test('probes ask what the health endpoint answers, at the port and the address it is told to listen at', () => {
  assert.equal(environment.get('BATON_HEALTH_CHECK'), 'true');
  const port = environment.get(variableName(healthCheckPort));
  assert.equal(String(container.ports[0].containerPort), port);
  assert.equal(port, healthCheckPort.defaultText);
  assert.ok(environment.has('BATON_HEALTH_CHECK_BIND_ADDRESS'), 'probes do not arrive at 127.0.0.1');
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
  const asked = probes.map(({ httpGet }) => httpGet.path);
  assert.deepEqual(asked, ['/live', '/live', '/ready']);
  const answered = healthPaths.map((path) => `/${path}`);
  assert.ok(asked.every((path) => answered.includes(path)));
});

test('a pod is not killed while it gives its tasks back', () => {
  const { drainTimeoutMs, finishTimeoutMs } = defaultServiceTiming;
  assert.ok(pod.terminationGracePeriodSeconds * 1000 > drainTimeoutMs + finishTimeoutMs);
});

test('image, page and package have the same version', () => {
  const tag = `baton-percipio:${packageJson.version}`;
  assert.equal(container.image, `registry.example.com/${tag}`);
  assert.deepEqual([...new Set(page.match(/baton-percipio:\d+\.\d+\.\d+/g))], [tag]);
});

test('a placeholder that is left in the Secret is an error that names its variable', async () => {
  const fields = [...defaultFields, ...percipioFields];
  const texts = Object.entries<string>(secret.stringData).filter(([, text]) => text !== '');
  assert.ok(texts.length >= 4);
  for (const [variable, text] of texts) {
    const environment = readEnvironment(fields, { [variable]: text });
    const { faults } = resolveSettings(
      { flags: new Map(), environment, file: new Map() },
      { fields, constraints: [], requiredAmong: [], unsupportedIn: 'all-sources' },
    );
    assert.equal(faults.length, 1);
    assert.match(
      faults[0] ?? '',
      new RegExp(`^${variable}: is a placeholder(?: \\(".*"\\))?: put the real value in its place$`),
    );
  }
});

test('the page goes through the steps of ConductorOne in their order', () => {
  const section = (title: string) => page.split(`\n${title}\n`)[1]?.split(/\n##+ /)[0] ?? '';
  const [selfHosted, hosted] = [section('### Kubernetes'), section('## Hosted by ConductorOne')];
  const common = ['*Integrations* > *Connectors*', '*Add connector*', 'Search for', '*Add*', '#the-app-and-its-owner'];
  const own = ['Search for *Baton*', '*Next*', '*Settings*', '*Edit*', '*Rotate*'];
  const deploying = ['BATON_CLIENT_ID', 'docker push', 'create namespace', 'apply -f secret.yaml', '#check-it'];
  for (const [text, steps] of [
    [selfHosted, [...common, '*Next*', '*Rotate*', ...deploying]],
    [selfHosted, [...own, ...deploying]],
    [hosted, [...common, '*Next*', '*Edit*', 'Organization ID', '*Save*', '*Syncing*', '*Connected*', '#check-it']],
  ] as const) {
    const places = steps.map((step) => text.indexOf(step));
    assert.ok(
      places.every((place) => place >= 0),
      `missing: ${steps.filter((_, index) => places[index] === -1)}`,
    );
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      steps.join(', '),
    );
  }
  assert.match(section('## The app and its owner'), /unmanaged app.*managed app.*new managed app/);
});
