import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeCommand, parseOptions } from '../../bench/options.ts';

test('without options S and M are measured, without a peer', () => {
  const { sizes, parts, peer, runs, rounds, builds, resultsFile } = parseOptions([]);
  assert.deepEqual(sizes, ['S', 'M']);
  assert.deepEqual(parts, ['sync', 'start', 'grpc']);
  assert.deepEqual({ peer, runs, rounds, builds }, { peer: undefined, runs: 3, rounds: 3, builds: true });
  assert.match(resultsFile, /bench\/RESULTS\.md$/);
});

test('an expansion is measured on request', () => {
  const { parts, expandedMillions } = parseOptions(['--only', 'expansion']);
  assert.deepEqual({ parts, expandedMillions }, { parts: ['expansion'], expandedMillions: 10 });
});

test('lists come in the order of what is known, and --no-build takes what is built', () => {
  const options = parseOptions(['--sizes', 'L,S', '--peer-engines=pebble', '--no-build', '--peer', 'connector']);
  assert.deepEqual(options.sizes, ['S', 'L']);
  assert.deepEqual(options.peerEngines, ['pebble']);
  assert.equal(options.builds, false);
  assert.equal(options.peer, 'connector');
});

for (const [argv, complaint] of [
  [['--sizes', 'XL'], /--sizes must be a list of S, M, L, not XL/],
  [['--runs', '0'], /--runs must be a number from 1/],
  [['--rounds=many'], /--rounds must be a number/],
  [['--faster'], /--faster/],
] as const) {
  test(`${argv.join(' ')} is refused`, () => {
    assert.throws(() => parseOptions(argv), complaint);
  });
}

test('the command that the results show has no path of a machine', () => {
  const argv = ['--sizes', 'S,M,L', '--peer', '/home/ada/connector', '--cache=/mnt/large', '--results', 'out.md'];
  assert.equal(describeCommand(argv), 'npm run bench -- --sizes S,M,L --peer PATH --cache=PATH --results PATH');
  assert.equal(describeCommand([]), 'npm run bench');
});
