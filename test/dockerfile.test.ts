import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import packageJson from '../package.json' with { type: 'json' };

const root = new URL('../', import.meta.url);
const lines = readFileSync(new URL('Dockerfile', root), 'utf8').split('\n');
const instructions = lines.filter((line) => /^[A-Z]+ /.test(line)).map((line) => line.split(/\s+/));

test('every stage of the image has the version of Node that the project is developed with', () => {
  const images = instructions.filter(([name]) => name === 'FROM').map(([, image]) => image);
  const expected = `node:${packageJson.devDependencies.node}-bookworm-slim`;
  assert.deepEqual(images, [expected, expected]);
});

test('every path that is copied into the image exists, or is built there', () => {
  const builtInStage = ['/build/node_modules', '/build/gen', '/build/dist'];
  const copies = instructions.filter(([name]) => name === 'COPY').map(([, ...words]) => words);
  assert.ok(copies.length > 0);
  for (const words of copies) {
    const isFromStage = words.some((word) => word.startsWith('--from='));
    for (const path of words.filter((word) => !word.startsWith('--')).slice(0, -1)) {
      const exists = isFromStage ? builtInStage.includes(path) : existsSync(new URL(path, root));
      assert.ok(exists, `COPY ${words.join(' ')}: there is no ${path}`);
    }
  }
});

test('the image starts the program that the package names, and not as root', () => {
  const entrypoint = lines.find((line) => line.startsWith('ENTRYPOINT '))?.slice('ENTRYPOINT '.length) ?? '[]';
  assert.deepEqual(JSON.parse(entrypoint), ['node', `/app/${packageJson.bin['baton-percipio']}`]);
  assert.equal(instructions.findLast(([name]) => name === 'USER')?.[1], 'node');
});
