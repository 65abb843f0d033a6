import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findStartCommand, type StartedProcess } from '../../../src/baton/command-line/start-command.ts';

const clone: StartedProcess = {
  programName: 'baton-library',
  script: '/home/ada/library/src/main.ts',
  execPath: '/usr/bin/node',
  env: { PATH: '/usr/local/bin:/usr/bin' },
  cwd: '/home/ada/library',
};
const npm = { ...clone.env, npm_lifecycle_event: 'start', npm_package_name: 'baton-library' };

for (const [where, started, expected] of [
  ['from a clone with npm', { env: { ...npm, npm_config_user_agent: 'npm/11.0.0 node/v24.0.0' } }, 'npm start --'],
  ['from a clone with pnpm', { env: { ...npm, npm_config_user_agent: 'pnpm/9.0.0 npm/? node/v24' } }, 'pnpm start'],
  ['from a clone with node', {}, 'node src/main.ts'],
  ['by another script of npm', { env: { ...npm, npm_lifecycle_event: 'demo' } }, 'node src/main.ts'],
  ['by npm start of another package', { env: { ...npm, npm_package_name: 'shop' } }, 'node src/main.ts'],
  ['from another folder', { cwd: '/tmp' }, 'node /home/ada/library/src/main.ts'],
  ['with a Node that is not on the PATH', { execPath: '/opt/node/bin/node' }, '/opt/node/bin/node src/main.ts'],
  ['from a folder with a space', { script: '/my files/main.ts' }, "node '/my files/main.ts'"],
  ['from a folder with a quote', { script: "/ada's/main.ts" }, "node '/ada'\\''s/main.ts'"],
  ['installed', { script: '/usr/local/bin/baton-library' }, 'baton-library'],
  [
    'installed in a project',
    { script: '/home/ada/library/node_modules/.bin/baton-library' },
    'node_modules/.bin/baton-library',
  ],
  ['in the folder where it lies', { script: '/home/ada/library/baton-library' }, './baton-library'],
  ['with npx', { script: '/cache/baton-library', env: { npm_lifecycle_event: 'npx' } }, 'npx baton-library'],
  ['in the image', { script: '/app/dist/main.js', cwd: '/data' }, 'node /app/dist/main.js'],
  ['without a PATH', { env: {} }, '/usr/bin/node src/main.ts'],
] as const satisfies readonly (readonly [string, Partial<StartedProcess>, string])[]) {
  test(`a program that was started ${where} is started by ${expected}`, () => {
    assert.equal(findStartCommand({ ...clone, ...started }), expected);
  });
}

test('a Node that a link on the PATH leads to is node', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'start-command-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const execPath = realpathSync(process.execPath);
  symlinkSync(execPath, join(folder, 'node'));
  assert.equal(findStartCommand({ ...clone, execPath, env: { PATH: folder } }), 'node src/main.ts');
});
