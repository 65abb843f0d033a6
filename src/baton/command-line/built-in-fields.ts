// Flags that every command has and that are no settings: they have no variable and no key in the file.
import { boolField } from '../config/create-field.ts';

export const helpFlag = boolField({ name: 'help', shorthand: 'h', description: 'Shows this help' });
export const versionFlag = boolField({ name: 'version', shorthand: 'v', description: 'Shows the version' });

export const builtInFlags = [helpFlag, versionFlag];
