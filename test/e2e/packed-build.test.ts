// What the image holds: built from the files that the Dockerfile copies, and started as the image starts it. It has its
// dependencies in it: beside it there is nothing.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import messages from '../../gen/package.json' with { type: 'json' };
import packageJson from '../../package.json' with { type: 'json' };
import type { Sbom } from '../../scripts/sbom.ts';
import sdk from '../../src/baton/package.json' with { type: 'json' };
import { readDockerfile } from '../read-dockerfile.ts';
import { startConductorOne } from '../simulator/conductorone/start-conductorone.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { readIds, trueIds } from './run-program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [buildStage, image] = readDockerfile();
const syncFull = { case: 'syncFull', value: {} } as const;
const run = promisify(execFile);

/** An environment with nothing of the one that the test runs in but the way to commands. */
const bare = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

test('the build starts as the image does, syncs for ConductorOne, is well and ends when asked to', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'packed-build-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const app = await buildImage(folder);
  const licenses = await readFile(join(app, 'dist/licenses.txt'), 'utf8');
  for (const [name, version] of Object.entries(sdk.dependencies)) {
    // Ours, and declarations, which are not in the build.
    if (/^(?:baton-|@types\/)/.test(name)) continue;
    assert.ok(licenses.includes(`${name} ${version}: `), `the licence of ${name} does not go with the build`);
  }
  await checkSbom(join(app, 'dist/sbom.cdx.json'), licenses);
  const installed = (await readdir(app, { recursive: true })).length;
  const [work, temporaryFolder] = [join(folder, 'work'), join(folder, 'tmp')];
  await Promise.all([mkdir(work), mkdir(temporaryFolder)]);

  const conductorone = await startConductorOne(t);
  const percipio = await startSimulator(t, { seed: 3, users: 20, courses: 10, activityRows: 100, ...READY_AT_ONCE });
  const env = {
    ...bare,
    ...image?.env,
    TMPDIR: temporaryFolder,
    // The five of the Secret, where the last is there and empty.
    ...conductorone.env,
    BATON_API_TOKEN: percipio.token,
    BATON_ORGANIZATION_ID: percipio.organizationId,
    BATON_LIMITED_COURSES: '',
    BATON_BASE_URL: percipio.url,
    BATON_HEALTH_CHECK_PORT: String(await findFreePort()),
  };
  const start = (words: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const places = { '/app': app, '/tmp': temporaryFolder, '/data': work };
    const [command = '', ...args] = words.map((word) =>
      word.replace(/(?<=^|=)\/(?:app|tmp|data)(?=\/|$)/, (place) => places[place as keyof typeof places]),
    );
    assert.equal(command, 'node');
    return startIn(t, work, { ...env, ...more }, args);
  };

  const program = start(image?.entrypoint ?? []);
  const id = conductorone.tasks.add(syncFull);
  const task = await Promise.race([conductorone.tasks.finished(id), program.finished]);
  assert.ok('finalState' in task, `the program ended: ${JSON.stringify(task)}`);
  assert.equal(task.finalState.case, 'success');
  assert.deepEqual(await readIds(conductorone.uploads.of(id)[0]?.path ?? ''), trueIds(percipio));

  assert.deepEqual(await start(image?.healthcheck ?? []).finished, { exitCode: 0, stdout: '', stderr: '' });

  // In any other Node process, this opens the debugger.
  program.kill('SIGUSR1');
  assert.deepEqual((await start(image?.healthcheck ?? []).finished).exitCode, 0);

  program.kill('SIGTERM');
  const { exitCode, stdout, stderr } = await program.finished;
  assert.deepEqual([exitCode, stdout], [0, ''], stderr);
  assert.doesNotMatch(stderr, /debugger|inspector|Warning/i);
  const left = await Promise.all([readdir(work), readdir(temporaryFolder)]);
  assert.deepEqual(left, [[], []], 'it writes to its temporary folder alone, and leaves nothing there');
  assert.equal((await readdir(app, { recursive: true })).length, installed);

  const unwell = await start(image?.healthcheck ?? []).finished;
  assert.equal(unwell.exitCode, 1);
  assert.match(unwell.stderr, /is a connector running there with --health-check/);

  const oneShot = {
    BATON_CLIENT_ID: '',
    BATON_CLIENT_SECRET: '',
    BATON_HEALTH_CHECK: 'false',
    BATON_LOG_LEVEL: 'warn',
  };
  for (const what of ['a new file', 'an existing file']) {
    const synced = await start(image?.entrypoint ?? [], oneShot).finished;
    assert.deepEqual([synced.exitCode, synced.stderr], [0, ''], what);
    assert.deepEqual(await readIds(join(work, 'sync.c1z')), trueIds(percipio), what);
  }
  const elsewhere = ['--file', '../sync.c1z'];
  const forbidden = await start([...(image?.entrypoint ?? []), ...elsewhere], oneShot).finished;
  assert.equal(forbidden.exitCode, 1);
  assert.match(forbidden.stderr, /permission model forbids it; to allow it, set NODE_OPTIONS=--allow-fs-write=\S+/);
  const allowed = { ...oneShot, NODE_OPTIONS: `--allow-fs-write=${folder}` };
  assert.equal((await start([...(image?.entrypoint ?? []), ...elsewhere], allowed).finished).exitCode, 0);
  await checkPages(t, app, join(work, 'sync.c1z'));
});

/** All pages are in the build, and their libraries. */
async function checkPages(t: TestContext, app: string, file: string): Promise<void> {
  const program = spawn(process.execPath, [join(app, 'dist/main.js'), 'explore', file], { env: bare });
  t.after(() => program.kill());
  let said = '';
  for await (const part of program.stdout) {
    said += part;
    if (said.includes('^C stops')) break;
  }
  const url = new URL(/http\S+/.exec(said)?.[0] ?? assert.fail(said));
  const headers = { authorization: `Bearer ${url.searchParams.get('token')}` };
  const pages = await readdir(join(root, 'src/baton/explore/pages'));
  for (const name of [...pages, 'lib/preact.js', 'lib/hooks.js', 'lib/htm.js']) {
    const response = await fetch(new URL(`/assets/${name}`, url), { headers });
    assert.equal(response.status, 200, name);
    assert.doesNotMatch(await response.text(), /from"preact"/);
  }
}

/** Builds what the Dockerfile copies, and puts what the image takes of it into a folder. */
async function buildImage(folder: string): Promise<string> {
  const build = join(folder, 'build');
  for (const path of buildStage?.copies.flatMap(({ paths }) => paths) ?? []) {
    await cp(join(root, path), join(build, path), { recursive: true });
  }
  await linkPackages(join(build, 'node_modules'));
  await run(process.execPath, ['scripts/build.ts'], { cwd: build, env: bare });
  const app = join(folder, 'app');
  for (const { from, paths } of image?.copies ?? []) {
    for (const path of paths) {
      const relative = path.replace(/^\/build\//, '');
      await cp(join(from ? build : root, relative), join(app, relative), { recursive: true });
    }
  }
  return app;
}

/** What `npm ci` gives: the packages of this repository as links to what was copied, the others as they are installed. */
async function linkPackages(folder: string): Promise<void> {
  await mkdir(folder);
  const installed = join(root, 'node_modules');
  for (const entry of await readdir(installed, { withFileTypes: true })) {
    const target = entry.isSymbolicLink() ? await readlink(join(installed, entry.name)) : join(installed, entry.name);
    await symlink(target, join(folder, entry.name));
  }
}

/** Starts Node in a folder. It is killed when the test ends, if it still runs. */
function startIn(t: TestContext, cwd: string, env: NodeJS.ProcessEnv, args: readonly string[]) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const finished = Promise.all([exited, text(child.stdout), text(child.stderr)]).then(
    ([[exitCode], stdout, stderr]) => ({ exitCode, stdout, stderr }),
  );
  return { finished, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

/** The check has to know the port before the program starts. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** The bill of materials has every package that is bundled, by the hash of the lock file, and the two of this repository. */
async function checkSbom(path: string, licenses: string): Promise<void> {
  const sbom = JSON.parse(await readFile(path, 'utf8')) as Sbom;
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity?: string }>;
  };
  const locked = new Set(Object.values(packages).map(({ integrity }) => integrity));
  const bundled = Array.from(licenses.matchAll(/^(\S+) (\d[^ :]*): \S/gm), ([, name, version]) => `${name}@${version}`);
  const { name, version } = packageJson;
  assert.deepEqual(
    sbom.components.map((component) => component['bom-ref']).sort(),
    [...new Set(bundled), `${messages.name}@${messages.version}`, `${sdk.name}@${sdk.version}`].sort(),
  );
  assert.equal(sbom.metadata.component['bom-ref'], `${name}@${version}`);
  for (const component of sbom.components) {
    assert.equal(`${component.name}@${component.version}`, component['bom-ref']);
    const { hashes = [] } = component;
    if (component.name.startsWith('baton-')) continue;
    assert.ok(locked.has(`sha512-${Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64')}`), component.name);
  }
  const refs = [sbom.metadata.component, ...sbom.components].map((component) => component['bom-ref']);
  assert.deepEqual(sbom.dependencies.map(({ ref }) => ref).sort(), refs.sort());
}
