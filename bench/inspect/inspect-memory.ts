// `npm run bench:inspect [MILLIONS]`: writes two files with so many million grants (default: 10) of 100,000 people, asks
// them some questions, and prints how long each answer took and the most memory of its process (Linux only). It measures
// `dist`: run `npm run build` before.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithBenchmark } from '../process/end-with-benchmark.ts';
import { writeOrganization } from './write-organization.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const samplingMs = 50;
const millions = Number(process.argv[2] ?? 10);

const folder = await mkdtemp(join(tmpdir(), 'bench-inspect-'));
try {
  const path = join(folder, 'organization.c1z');
  const later = join(folder, 'later.c1z');
  const size = { users: 100_000, courses: 20_000, grantsPerUser: millions * 10 };
  await writeOrganization(path, size);
  await writeOrganization(later, size, 1);
  const queries = [
    ...['', 'users', 'access ana.abe.0@example.com', 'who role:role0', 'leavers', 'grants', 'grants --output json'],
    ...['csv', 'xlsx'].map((format) => `export grants --to ${join(folder, `grants.${format}`)}`),
    `diff ${later}`,
  ];
  for (const query of queries) {
    const startedAtMs = performance.now();
    const words = query === '' ? [] : query.split(' ');
    const child = endWithBenchmark(spawn(process.execPath, [main, 'inspect', path, ...words], { stdio: 'ignore' }));
    let peakMegabytes = 0;
    const sampling = setInterval(async () => {
      // The process may have ended.
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      peakMegabytes = Math.max(peakMegabytes, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1000);
    }, samplingMs);
    const [exitCode] = await once(child, 'exit');
    clearInterval(sampling);
    if (exitCode !== (query.startsWith('diff') ? 1 : 0)) throw new Error(`inspect ${query} exited with ${exitCode}`);
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    process.stdout.write(
      `${(query || 'summary').replaceAll(`${folder}/`, '').padEnd(32)} ${seconds.padStart(7)} s ${Math.round(peakMegabytes)} MB\n`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
}
