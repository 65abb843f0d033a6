// Whether a config file can be trusted: whoever writes it chooses where the token goes.
import type { Stats } from 'node:fs';

/** Write permission of the group and of everyone. */
const othersMayWrite = 0o022;

/**
 * Says why a config file is not used, as a clause; undefined if it can be.
 *
 * Its owner must be the user of the process or root, who mounts the files of containers. A file that was named on purpose
 * may belong to anyone. Nobody else may have permission to write to it.
 * @param uid - The user of the process; undefined on Windows, whose permissions are others.
 */
export function explainDistrust(
  file: Pick<Stats, 'uid' | 'mode'>,
  uid: number | undefined,
  isNamed: boolean,
): string | undefined {
  if (uid === undefined) return undefined;
  if (!isNamed && file.uid !== uid && file.uid !== 0) {
    return `it belongs to another user (uid ${file.uid}, this process has ${uid}). If you trust it, name it in BATON_CONFIG_PATH`;
  }
  if ((file.mode & othersMayWrite) !== 0) {
    const mode = (file.mode & 0o777).toString(8);
    return `other users can write to it (mode ${mode}). Remove this permission: chmod go-w`;
  }
  return undefined;
}
