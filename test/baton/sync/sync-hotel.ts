// Syncs the hotel into a file. As a process of its own: `node sync-hotel.ts PATH TEMPORARY_FOLDER CALL` is killed at a call.
import pino from 'pino';
import { wholeSync } from '../../../src/baton/sync/sync-context.ts';
import { createLogDisplay } from '../../../src/baton/sync/sync-display.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { type SyncedFile, type SyncToFileOptions, syncToFile } from '../../../src/baton/sync/sync-to-file.ts';
import { hotel } from './hotel.ts';

interface Place {
  readonly path: string;
  readonly temporaryFolder: string;
}

/** A sync that can be continued. `kept` counts the failures after which it can. */
export async function syncHotel(
  { path, temporaryFolder }: Place,
  beforeCall: () => void,
  options: Partial<SyncToFileOptions> & { identity?: string; mayContinue?: boolean } = {},
) {
  const { identity = 'hotel', mayContinue = true, ...others } = options;
  const log: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void log.push(line) });
  const display = createLogDisplay(logger);
  const tally: SyncTally = new SyncTally((event) => display(tally, event));
  let kept = 0;
  const outcome: { synced?: SyncedFile; error?: unknown } = await syncToFile({
    path,
    temporaryFolder,
    keptFullSyncs: 2,
    services: hotel(beforeCall),
    logger,
    observer: tally,
    signal: new AbortController().signal,
    ...wholeSync,
    checkpointIntervalMs: 0,
    resume: { identity, mayContinue, onKept: () => kept++ },
    ...others,
  }).then(
    (synced) => ({ synced }),
    (error: unknown) => ({ error }),
  );
  return { ...outcome, kept, log: log.join(''), tally };
}

const [, script, path, temporaryFolder, call] = process.argv;
if (script?.endsWith('sync-hotel.ts') && path !== undefined && temporaryFolder !== undefined) {
  let calls = 0;
  await syncHotel({ path, temporaryFolder }, () => {
    if (++calls === Number(call)) process.kill(process.pid, 'SIGKILL');
  });
}
