// Files of age (age-encryption.org/v1), in memory.
import { Decrypter, Encrypter, type Identity, type Recipient } from 'age-encryption';

/** @param recipient - One that can wrap the file key, or an `age1…` text. */
export async function encryptAgeFile(recipient: string | Recipient, plaintext: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return await encrypter.encrypt(plaintext);
}

/** @throws Error when the file is for others, or was changed. */
export async function decryptAgeFile(identity: Identity, file: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return await decrypter.decrypt(file);
}
