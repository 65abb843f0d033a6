// `npm run bench:explore`: how fast pages of `explore` are for a large organization.
//   npm run bench:explore -- [PEOPLE] [GRANTS OF EACH]     100,000 and 100 unless given: 10 million grants
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { writeOrganization } from './inspect/write-organization.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const [users = 100_000, grantsPerUser = 100] = process.argv.slice(2).map(Number);
const file = join(tmpdir(), `bench-explore-${process.pid}.c1z`);
process.once('exit', () => explore?.kill());

const say = (text: string) => process.stdout.write(`${text}\n`);
const sinceMs = (startedAtMs: number) => `${Math.round(performance.now() - startedAtMs)} ms`;

say(`writing ${users} people with ${grantsPerUser} grants each`);
await writeOrganization(file, { users, courses: 1000, grantsPerUser });

let startedAtMs = performance.now();
const explore = spawn(process.execPath, [main, 'explore', file], { stdio: ['ignore', 'pipe', 'inherit'] });
let url: URL | undefined;
for await (const line of createInterface(explore.stdout)) {
  const printed = /http\S+/.exec(line)?.[0];
  if (printed !== undefined) url = new URL(printed);
  if (url) break;
}
if (!url) throw new Error('explore printed no URL');
say(`unpacked, URL printed: ${sinceMs(startedAtMs)}`);

const headers = { authorization: `Bearer ${url.searchParams.get('token')}` };
const { origin } = url;
const load = async (path: string) => {
  const response = await fetch(`${origin}${path}`, { headers });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return await response.text();
};
const measure = async (what: string, ...paths: readonly string[]) => {
  startedAtMs = performance.now();
  await Promise.all(paths.map(load));
  say(`${what}: ${sinceMs(startedAtMs)}`);
};

const modules = ['main', 'api', 'layout', 'overview', 'bars', 'table', 'lib/preact', 'lib/hooks', 'lib/htm'];
await measure('first page', '/', '/assets/style.css', ...modules.map((name) => `/assets/${name}.js`), '/api/file');
await measure(
  'charts of the first page',
  ...['role', 'course'].map((type) => table({ type, sort: '-grants', size: 12 })),
);
await measure('first search, as soon as all names are read', table({ q: 'ana' }));
for (const q of ['kim', 'ana kim', 'jurgen.moreau.9999', 'E77777', 'Course 999', 'nobody at all']) {
  await measure(`search for ${JSON.stringify(q)}`, table({ q, facets: 'type,status' }));
}
await measure('people, first time', table({ type: 'user', facets: 'status' }));
await measure('people by name, last page', table({ type: 'user', sort: '-name', page: Math.floor(users / 50) }));
const { rows } = JSON.parse(await load(table({ type: 'user', q: 'ana kim', size: 1 })));
const person = { principal_type: 'user', principal_id: rows[0].id };
await measure(
  'a person',
  `/api/resource?type=user&id=${rows[0].id}`,
  ...['role', 'course'].map((type) => table({ of: 'grants', ...person, type })),
);
const { rows: courses } = JSON.parse(await load(table({ type: 'course', size: 1 })));
const course = { of: 'grants', resource_type: 'course', resource_id: courses[0].id };
await measure('a course, first time', table({ ...course, facets: 'entitlement,status' }));
await measure('the same by name', table({ ...course, sort: 'principal' }));
const role = { of: 'grants', resource_type: 'role', resource_id: 'role0' };
await measure('the role of nearly everybody, first time', table({ ...role, facets: 'entitlement,status' }));
await measure('the same by name', table({ ...role, sort: 'principal' }));
await measure('nesting', '/api/groups');
await measure('leavers, first time', table({ of: 'leavers' }));
const status = await readFile(`/proc/${explore.pid}/status`, 'utf8').catch(() => '');
say(`peak of memory: ${/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? '?'} kB`);

explore.kill('SIGTERM');
await once(explore, 'exit');
await rm(file);

function table(parameters: Readonly<Record<string, string | number>>): string {
  const texts = Object.entries({ of: 'resources', ...parameters }).map(([name, value]) => [name, String(value)]);
  return `/api/table?${new URLSearchParams(Object.fromEntries(texts))}`;
}
