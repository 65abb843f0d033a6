import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { runService } from '../../src/baton/conductorone/run-service.ts';
import { createConnectorServices } from '../../src/baton/services/connector-services.ts';
import { simulateConductorOne } from '../../src/commands/simulate-conductorone.ts';
import { quickServiceTiming } from '../baton/conductorone/tasks/quick-service-timing.ts';
import { createLibrary } from '../baton/library-connector.ts';

test('simulate --conductorone hands out one sync after the other, to whoever has its variables, and keeps the files', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'simulate-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const stopping = new AbortController();
  const { signal } = stopping;
  const told: string[] = [];
  const twice = Promise.withResolvers<void>();
  const write = (line: string) => {
    if (told.push(line) === 2) twice.resolve();
  };
  await using served = await simulateConductorOne({ port: 0, folder, syncEveryMs: 1, stdout: { write }, signal });
  const ended = runService({
    clientId: served.env.BATON_CLIENT_ID ?? '',
    clientSecret: served.env.BATON_CLIENT_SECRET ?? '',
    program: { name: 'baton-test', version: '1.2.3' },
    services: createConnectorServices(createLibrary().connector, { provisioning: false, ticketing: false }),
    syncSettings: { temporaryFolder: folder, skipFullSync: false, resourceTypeIds: [], workers: 1, secrets: [] },
    concurrency: 1,
    timing: { ...quickServiceTiming, pollMaxMs: 1 },
    env: served.env,
    logger: pino({ level: 'silent' }),
    signal,
  });
  await twice.promise;
  stopping.abort();
  await ended;
  const [, path = '', bytes] = /^sync \w{27}: (\S+) \((\d+) bytes\)$/m.exec(told[1] ?? '') ?? [];
  assert.equal((await readFile(path)).length, Number(bytes));
});
