// What `npm ci` installs: nothing that the lock file cannot check, and nothing that runs during the installation.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import messages from '../gen/package.json' with { type: 'json' };
import packageJson from '../package.json' with { type: 'json' };
import sdk from '../src/baton/package.json' with { type: 'json' };

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  /** A link to a workspace. */
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockEntry>>;
};
const workspaces = ['', ...packageJson.workspaces];
const entries = Object.entries(lock.packages);
const installed = entries.filter(([path, { link }]) => !link && !workspaces.includes(path));
const pathsWhere = (isFault: (entry: LockEntry) => boolean) =>
  installed.filter(([, entry]) => isFault(entry)).map(([path]) => path);

test('every package is checked against a SHA-512 of the lock file', () => {
  assert.ok(installed.length > 50);
  assert.deepEqual(
    pathsWhere(({ integrity = '' }) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)),
    [],
  );
});

test('the lock file names no host: packages come from the registry that npm is set up for', () => {
  assert.deepEqual(
    pathsWhere(({ resolved }) => resolved !== undefined),
    [],
  );
  const links = entries.filter(([, { link }]) => link).map(([, { resolved }]) => resolved);
  assert.deepEqual(links.sort(), [...packageJson.workspaces].sort());
});

test('no package runs a script when it is installed, and npm does not ask about any', () => {
  const names = pathsWhere(({ hasInstallScript }) => hasInstallScript === true).map((path) =>
    path.replace(/^.*node_modules\//, ''),
  );
  assert.deepEqual(packageJson.allowScripts, Object.fromEntries(names.map((name) => [name, false])));
});

test('npm does not warn that the packages of this repository need a newer Node than the one that runs npm', () => {
  for (const manifest of [packageJson, sdk, messages]) assert.ok(!('engines' in manifest), manifest.name);
});

test('Node is the same version on every system', () => {
  assert.equal(new Set(Object.values(packageJson.optionalDependencies)).size, 1);
});
