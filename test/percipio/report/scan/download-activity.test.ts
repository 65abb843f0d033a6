import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import type { PercipioClient } from '../../../../src/percipio/api/percipio-client.ts';
import { PercipioError } from '../../../../src/percipio/api/percipio-error.ts';
import type { ActivityIndex } from '../../../../src/percipio/report/scan/activity-index.ts';
import { type ActivityDownload, downloadActivity } from '../../../../src/percipio/report/scan/download-activity.ts';
import type { ScanProgress } from '../../../../src/percipio/report/scan/scan-rows.ts';
import { type Answerer, createTestClient, startServer } from '../../api/start-server.ts';

const retry = { attemptsMax: 3, delayMinMs: 1, delayMaxMs: 1, retryAfterMaxMs: 1 };
const rows = Array.from({ length: 2000 }, (_, index) => ({
  contentUuid: `c${index % 5}`,
  userUuid: `u${index}`,
  status: 'Completed',
  contentTitle: 'a title that takes some bytes',
}));
const report = JSON.stringify(rows);

async function download(client: PercipioClient, more: Partial<ActivityDownload> = {}): Promise<ActivityIndex> {
  const { signal } = new AbortController();
  const open = async () => {
    const poll = await client.reports.poll('r1', more.signal ?? signal);
    assert.equal(poll.state, 'ready');
    return poll.body;
  };
  return (await downloadActivity({ open, signal, retry, ...more })).finish();
}

/** Sends the first half of the report, then ends the connection. */
const breakOff: Answerer = (_request, response) => {
  response.writeHead(200, { 'content-length': report.length }).write(report.slice(0, report.length >> 1));
  setTimeout(() => response.destroy(), 2);
};

describe('downloadActivity', () => {
  it('makes an index of a report', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'zstd' }).end(zstdCompressSync(report));
    });
    const progress: ScanProgress[] = [];
    const index = await download(createTestClient(t, server.url), { onProgress: (update) => progress.push(update) });
    assert.equal(index.counts.grants, 2000);
    assert.equal(index.countOf('c4'), 400);
    assert.deepEqual(progress.at(-1), { bytes: report.length, rows: 2000 });
  });

  it('begins anew, with an empty index, when the connection breaks in the middle', async (t) => {
    const server = await startServer(t, (request, response, index) => {
      if (index < 2) breakOff(request, response, index);
      else response.end(report);
    });
    const failures: [string, number][] = [];
    const index = await download(createTestClient(t, server.url), {
      onRetry: (error, attempt) => failures.push([(error as PercipioError).kind, attempt]),
    });
    assert.deepEqual([index.counts.rows, index.counts.duplicates, index.counts.grants], [2000, 0, 2000]);
    assert.deepEqual(failures, [
      ['body', 1],
      ['body', 2],
    ]);
    assert.equal(server.requests.length, 3);
  });

  it('begins anew when the report ends too early although its transfer was complete', async (t) => {
    const server = await startServer(t, (_request, response, index) => {
      response.end(index === 0 ? report.slice(0, -1) : report);
    });
    assert.equal((await download(createTestClient(t, server.url))).counts.rows, 2000);
    assert.equal(server.requests.length, 2);
  });

  it('gives up after attemptsMax with what went wrong last', async (t) => {
    const server = await startServer(t, breakOff);
    await assert.rejects(download(createTestClient(t, server.url)), { name: 'PercipioError', kind: 'body' });
    assert.equal(server.requests.length, 3);
  });

  it('does not begin anew when the report is wrong', async (t) => {
    const server = await startServer(t, (_request, response) => {
      response.end(`${report.slice(0, -1)},7]`);
    });
    await assert.rejects(download(createTestClient(t, server.url)), { name: 'ReportFormatError', row: 2001 });
    assert.equal(server.requests.length, 1);
  });

  it('does not begin anew when the report has expired in between', async (t) => {
    const server = await startServer(t, (request, response, index) => {
      if (index === 0) breakOff(request, response, index);
      else response.writeHead(404).end();
    });
    await assert.rejects(download(createTestClient(t, server.url)), { kind: 'report-expired' });
    assert.equal(server.requests.length, 2);
  });

  it('ends with its signal while it downloads, and the connection with it', async (t) => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    const server = await startServer(t, (request, response) => {
      request.socket.on('close', closed.resolve);
      response.write(report.slice(0, -1));
    });
    const ending = download(createTestClient(t, server.url), { signal: abort.signal, onProgress: () => abort.abort() });
    await assert.rejects(ending, (error: Error) => error.name === 'AbortError' || error instanceof PercipioError);
    await closed.promise;
    assert.equal(server.requests.length, 1);
  });

  it('ends with its signal while it waits before the next attempt', async (t) => {
    const abort = new AbortController();
    const server = await startServer(t, breakOff);
    const ending = download(createTestClient(t, server.url), {
      signal: abort.signal,
      retry: { ...retry, delayMinMs: 60_000, delayMaxMs: 60_000 },
      onRetry: () => abort.abort(),
    });
    await assert.rejects(ending, { name: 'AbortError' });
    assert.equal(server.requests.length, 1);
  });
});
