// `npm run try-packages`: installs the tarballs of `npm run package` into an empty folder, as a stranger would, and tries
// them: the program runs, and the connectors of docs/sdk.md compile, run, and cannot reach what is not exported.
//
// It needs the npm registry, for what the packages depend on; so it is no test, and `.ci/run` runs it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import type { Sbom } from './sbom.ts';

const root = dirname(import.meta.dirname);
const tarballs = globSync('dist/packages/*.tgz', { cwd: root }).map((path) => join(root, path));
assert.equal(tarballs.length, 3, 'run npm run package first');

const page = readFileSync(join(root, 'docs/sdk.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'packages-'));
try {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const program = tarballs.filter((path) => path.includes('baton-percipio'));
  run('npm', 'install', ...program);
  assert.deepEqual(installed(), ['baton-percipio'], 'the program needs no other package');
  assert.match(run('node_modules/.bin/baton-percipio', '--version'), /^baton-percipio version /);
  assert.match(run('node_modules/.bin/baton-percipio', 'capabilities'), /"resourceTypeCapabilities"/);
  const help = run('node_modules/.bin/baton-percipio', '--help');
  assert.match(help, /\n {2}node_modules\/\.bin\/baton-percipio \[flags\]\n/, 'hints are commands that exist there');
  assert.ok(readSbom('baton-percipio/dist').length > 10, 'the bundled packages are in its bill of materials');
  assert.equal(importFailure('baton-percipio'), 'ERR_PACKAGE_PATH_NOT_EXPORTED', 'importing it runs nothing');

  const { typescript } = packageJson.devDependencies;
  run('npm', 'install', ...tarballs, `typescript@${typescript}`);
  const [smallest = '', larger = ''] = Array.from(page.matchAll(/^```[jt]s\n(import .*?)^```/gms), ([, code]) => code);
  writeFileSync(join(folder, 'connector.ts'), smallest);
  writeFileSync(join(folder, 'larger.ts'), larger);
  // As strict as can be: declarations are checked too, and there is no DOM.
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', lib: ['es2024'] };
  writeFileSync(
    join(folder, 'entries.ts'),
    entries()
      .map((entry) => `import '${entry}';`)
      .join('\n'),
  );
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  run('node_modules/.bin/tsc');
  assert.match(run('node', 'connector.ts'), /1 user/);
  assert.match(run('node', 'larger.ts', 'capabilities'), /CAPABILITY_SYNC/);
  for (const entry of entries()) assert.equal(importFailure(entry), '', `${entry} can be imported, and runs nothing`);
  const inner = 'baton-connector-sdk/author/connector.js';
  assert.equal(importFailure(inner), 'ERR_PACKAGE_PATH_NOT_EXPORTED', `${inner} is not exported`);
  const installedNames = new Set(readSbom('baton-connector-sdk'));
  assert.ok(installedNames.isSupersetOf(new Set(readSbom('baton-connector-messages'))));
  for (const name of ['undici', 'socks', 'baton-connector-messages']) assert.ok(installedNames.has(name), name);
  process.stdout.write('The packages install, compile and run.\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What the SDK exports, as an author imports it. */
function entries(): string[] {
  const { exports } = JSON.parse(
    readFileSync(join(folder, 'node_modules/baton-connector-sdk/package.json'), 'utf8'),
  ) as {
    exports: Record<string, unknown>;
  };
  return Object.keys(exports).map((path) => join('baton-connector-sdk', path));
}

/** The names of the components in the bill of materials of a package. */
function readSbom(path: string): string[] {
  const { components } = JSON.parse(readFileSync(join(folder, 'node_modules', path, 'sbom.cdx.json'), 'utf8')) as Sbom;
  return components.map(({ name }) => name);
}

function installed(): string[] {
  return globSync('node_modules/*', { cwd: folder }).map((path) => path.replace('node_modules/', ''));
}

/** @returns The code of the error, or an empty text when there is none. */
function importFailure(specifier: string): string {
  return run(
    'node',
    '--input-type=module',
    '--eval',
    `await import('${specifier}').catch((e) => console.log(e.code))`,
  ).trim();
}

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
