// The file that a new password is written to. Only its owner can read it.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { Code, ServiceError } from '../author/service-error.ts';
import { UsageError } from '../author/usage-error.ts';

/**
 * A new file, created before the password is set: a password that could not be written would be lost. Bind it with
 * `await using`: it is removed unless a password was written.
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
   * @param flag - The flag that names the file, for errors.
   * @throws UsageError when the file exists or cannot be created.
   */
  static async create(path: string, flag: string): Promise<PasswordFile> {
    try {
      return new PasswordFile(path, await open(path, 'wx', 0o600));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UsageError([
        code === 'EEXIST'
          ? `${flag}: ${path} already exists; name a new file`
          : `${flag}: cannot create the file: ${message}`,
      ]);
    }
  }

  /** @throws ServiceError DATA_LOSS when it cannot be written: then nobody knows the password. */
  async write(password: string): Promise<void> {
    try {
      await this.#handle.writeFile(`${password}\n`);
      await this.#handle.sync();
    } catch (cause) {
      throw new ServiceError(
        Code.DataLoss,
        `the password was set but could not be written to ${this.path} (${(cause as Error).message}); set another one`,
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
