// Where a password goes that a job has made up: into a file, if one is named, and else nowhere.
import { resolve } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  CredentialOptionsSchema,
  EncryptedData,
  EncryptionConfigSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { createOneTimeKey } from '../../on-demand/one-time-key.ts';
import { PasswordFile } from '../../on-demand/password-file.ts';
import type { JobContext } from './on-demand-job.ts';
import { passwordFile } from './password-file-field.ts';

/** As long as those that the Go runner asks for (pkg/provisioner of baton-sdk v0.25.0). */
const passwordLength = 20n;

export const randomPassword: MessageInitShape<typeof CredentialOptionsSchema> = {
  options: { case: 'randomPassword', value: { length: passwordLength } },
};

/** Encrypts for a key that this process alone has, and forgets when it ends. */
export interface PasswordReceiver extends AsyncDisposable {
  readonly encryptionConfigs: MessageInitShape<typeof EncryptionConfigSchema>[];
  /**
   * Writes the password of an answer to the file.
   * @returns The path of the file; nothing when there was no password, or nowhere to write it to.
   */
  receive(encrypted: readonly EncryptedData[]): Promise<string | undefined>;
}

/**
 * Makes the file first: a password that could not be written down would be lost. Without a password, it goes again.
 * @throws UsageError when there cannot be such a file
 */
export async function preparePasswordReceiver({ settings, host }: JobContext): Promise<PasswordReceiver> {
  const path = settings.get(passwordFile);
  const file =
    path === undefined ? undefined : await PasswordFile.create(resolve(host.cwd, path), `--${passwordFile.name}`);
  const { encryptionConfig, decrypt } = await createOneTimeKey();
  return {
    encryptionConfigs: [encryptionConfig],
    receive: async (encrypted) => {
      const password = file && (await decrypt(encrypted));
      if (password === undefined) return undefined;
      await file?.write(password);
      return file?.path;
    },
    [Symbol.asyncDispose]: async () => file?.[Symbol.asyncDispose](),
  };
}
