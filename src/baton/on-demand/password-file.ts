// The file that a new password is written to, which nobody but its owner can read.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { Code, ServiceError } from '../author/service-error.ts';
import { UsageError } from '../author/usage-error.ts';

/**
 * A new file, made before the password is: one that could not be written down would be lost. Bound with `await using`,
 * it goes again unless a password was written to it.
 */
export class PasswordFile implements AsyncDisposable {
  readonly path: string;
  readonly #handle: FileHandle;
  #isWritten = false;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /**
   * @param flag - What names the file, for the faults.
   * @throws UsageError when there is such a file, or there cannot be one
   */
  static async create(path: string, flag: string): Promise<PasswordFile> {
    try {
      return new PasswordFile(path, await open(path, 'wx', 0o600));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UsageError([
        code === 'EEXIST'
          ? `${flag}: ${path} is there already; name a file that is not`
          : `${flag}: the file cannot be made: ${message}`,
      ]);
    }
  }

  /** @throws ServiceError DATA_LOSS when the disk does not take it: then nobody knows the password. */
  async write(password: string): Promise<void> {
    try {
      await this.#handle.writeFile(`${password}\n`);
      await this.#handle.sync();
    } catch (cause) {
      throw new ServiceError(
        Code.DataLoss,
        `the password was set, and ${this.path} does not take it (${(cause as Error).message}); set another one`,
        { reason: 'password_not_written', cause },
      );
    }
    this.#isWritten = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
    if (!this.#isWritten) await rm(this.path, { force: true });
  }
}
