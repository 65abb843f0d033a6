// Opens a file, serves pages about it, and waits until it is stopped.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { type Host, StopRequest } from '../author/host.ts';
import { UsageError } from '../author/usage-error.ts';
import type { OpenC1zOptions } from '../c1z/file/scratch-database.ts';
import { openSyncs } from '../inspect/open-syncs.ts';
import { findRun } from '../inspect/resolve-names.ts';
import { escapeControls } from '../net/escape-controls.ts';
import { ExploredFile } from './explored-file.ts';
import { startWebServer } from './web-server.ts';

export interface ExploreRequest {
  /** As it was written. */
  readonly path: string;
  /** The id of a sync, or its beginning. Default: the sync that `inspect` shows. */
  readonly sync: string | undefined;
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether to open the page in a browser. */
  readonly opens: boolean;
  readonly open: OpenC1zOptions;
  readonly host: Host;
}

/**
 * Returns when the program is asked to stop.
 * @throws UsageError; C1zError; ServiceError if it cannot listen
 */
export async function runExplore({ path, sync, port, opens, open, host }: ExploreRequest): Promise<number> {
  const { stdout, stderr, signal } = host;
  await using syncs = await openSyncs(resolve(host.cwd, path), open);
  const run = sync === undefined ? syncs.shown : findRun(syncs.runs, sync);
  if (!run) throw new UsageError([`${path} has no sync`]);
  const file = await ExploredFile.of(syncs, syncs.view(run), signal);
  const token = randomBytes(24).toString('base64url');
  await using server = await startWebServer(file, {
    port,
    token,
    onError: (error) => {
      if (signal.aborted) return;
      stderr.write(`${escapeControls(error instanceof Error ? error.message : String(error))}\n`);
    },
  });
  const url = `${server.url}?token=${token}`;
  stdout.write(`Exploring ${escapeControls(syncs.path)} at\n\n  ${url}\n\nWho has this URL sees the file. ^C stops.\n`);
  if (opens) openBrowser(url, host.env, (text) => stderr.write(`${text}\n`));
  file.readAhead().catch(() => undefined);
  if (!signal.aborted) await once(signal, 'abort').catch(() => undefined);
  return signal.reason instanceof StopRequest ? 0 : 1;
}

function openBrowser(url: string, env: NodeJS.ProcessEnv, say: (text: string) => void): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const cannot = () => say('No browser could be opened: open the URL yourself.');
  const child = spawn(program ?? '', args, { stdio: 'ignore', detached: true, env });
  child.on('error', cannot).on('exit', (code) => {
    if (code !== 0) cannot();
  });
  child.unref();
}
