// `config`: the schema of the settings, for ConductorOne's forms.
import { toJson } from '@bufbuild/protobuf';
import { ConfigurationSchema } from '#gen/c1/config/v1/config_pb.js';
import type { Command } from '../command-line/command.ts';
import { exportConfiguration } from '../config/export-configuration.ts';
import { defaultFields } from '../config/fields/default-fields.ts';

/**
 * Prints the schema as Go connectors do: the settings of every connector and then its own, indented by two spaces,
 * without a final newline.
 */
export const configCommand: Command = {
  name: 'config',
  summary: 'Print the schema of the settings as JSON',
  needsConnectorSettings: false,
  async run({ program, host }) {
    const { fields, constraints = [], catalog } = program;
    const configuration = exportConfiguration({ fields: [...defaultFields, ...fields], constraints, catalog });
    host.stdout.write(JSON.stringify(toJson(ConfigurationSchema, configuration), undefined, 2));
    return 0;
  },
};
