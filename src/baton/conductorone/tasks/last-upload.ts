// The last full sync that this process uploaded, kept on the disk to compare the next one with: for --max-removed alone.
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { OpenC1zOptions } from '../../c1z/file/scratch-database.ts';
import { TemporaryFolder } from '../../c1z/file/temporary-folder.ts';
import { checkRemoved, countChangesOfFiles } from '../../sync/compare-former.ts';

export class LastUpload implements AsyncDisposable {
  readonly #maxRemovedShare: number | undefined;
  readonly #options: OpenC1zOptions;
  #folder: TemporaryFolder | undefined;
  /** What the kept sync was asked to list. */
  #scope: string | undefined;

  /** @param maxRemovedShare - From 0 to 1. Undefined: nothing is kept or compared. */
  constructor(maxRemovedShare: number | undefined, options: OpenC1zOptions) {
    this.#maxRemovedShare = maxRemovedShare;
    this.#options = options;
  }

  /**
   * Compares a sync with the kept one, if that was asked to list the same; if not, the log says so.
   * @throws ServiceError `too_many_removed`
   */
  async check(path: string, scope: string, logger: Logger, signal: AbortSignal): Promise<void> {
    if (this.#maxRemovedShare === undefined) return;
    const kept = this.#scope === scope ? this.#folder : undefined;
    const changes = kept && (await countChangesOfFiles(this.#pathIn(kept), path, { ...this.#options, signal }));
    if (changes) {
      checkRemoved(changes, this.#maxRemovedShare);
      return;
    }
    const reason = 'this process has not uploaded one yet, or the last one was asked for other resource types';
    logger.info({ reason }, 'the sync was not checked for --max-removed');
  }

  /** Keeps a sync that was uploaded: its file is moved. */
  async keep(path: string, scope: string): Promise<void> {
    if (this.#maxRemovedShare === undefined) return;
    this.#folder ??= await TemporaryFolder.make(this.#options.temporaryFolder ?? tmpdir(), 'baton-sync-upload-');
    this.#scope = undefined;
    await rename(path, this.#pathIn(this.#folder));
    this.#scope = scope;
  }

  #pathIn({ path }: TemporaryFolder): string {
    return join(path, 'last.c1z');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder?.remove();
  }
}
