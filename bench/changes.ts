// `node bench/changes.ts [PEOPLE] [DELAY_MS]`: creates accounts by one command per person and by one file, side by side,
// with a simulated Percipio that takes DELAY_MS for each response. It runs the built program (`npm run build`).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const people = Number(process.argv[2] ?? 200);
const delayMs = Number(process.argv[3] ?? 150);
/** Each takes about as long as the other. */
const commands = Math.min(people, 10);

const folder = await mkdtemp(join(tmpdir(), 'changes-bench-'));
try {
  await using percipio = await startPercipioSimulator({ users: 1000, courses: 0, activityRows: 0 });
  const server = createServer(async (incoming, outgoing) => {
    await setTimeout(delayMs);
    const { method, url = '', headers } = incoming;
    const forwarded = request(new URL(url, percipio.url), { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const env = {
    ...process.env,
    BATON_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    BATON_ORGANIZATION_ID: percipio.organizationId,
    BATON_API_TOKEN: percipio.token,
  };
  const time = async (...argv: string[]) => {
    const startMs = performance.now();
    const child = spawn(process.execPath, [main, '--log-level=error', ...argv], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [exitCode] = await once(child, 'exit');
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}`);
    return performance.now() - startMs;
  };
  let commandsMs = 0;
  for (let index = 0; index < commands; index += 1) {
    commandsMs += await time(
      `--create-account-email=c${index}@example.com`,
      `--create-account-profile={"external_user_id":"C${index}"}`,
    );
  }
  const rows = Array.from({ length: people }, (_, index) => `create,F${index},f${index}@example.com\n`);
  await writeFile(join(folder, 'people.csv'), `change,external_user_id,email\n${rows.join('')}`);
  const fileMs = await time('--changes=people.csv');
  const perPerson = (ms: number, count: number) => `${(ms / count / 1000).toFixed(2)} s a person`;
  process.stdout.write(
    `${delayMs} ms per response: one command each ${perPerson(commandsMs, commands)}, one file of ${people} ${perPerson(fileMs, people)}\n`,
  );
  server.close();
  server.closeAllConnections();
} finally {
  await rm(folder, { recursive: true });
}
