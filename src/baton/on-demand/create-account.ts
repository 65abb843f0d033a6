// --create-account-login, -email, -profile: create an account in the application.
import type { JsonObject } from '@bufbuild/protobuf';
import { z } from 'zod';
import { AccountManagerService, type CreateAccountResponse } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { UsageError } from '../author/usage-error.ts';
import type { Settings } from '../config/field.ts';
import {
  createAccountEmail,
  createAccountLogin,
  createAccountProfile,
  createAccountResourceType,
} from '../config/fields/on-demand.ts';
import { passwordFile } from '../config/fields/run.ts';
import {
  describeResource,
  type JobResult,
  type OnDemandJob,
  parseJsonObject,
  toResourceRecord,
} from './on-demand-job.ts';
import { preparePasswordReceiver, randomPassword } from './password-receiver.ts';

/** Without --password-file no password is generated, since nobody would know it: the connector decides. */
export const createAccountJob: OnDemandJob = {
  spanName: 'localAccountManager.Process',
  requestedBy: [createAccountLogin, createAccountEmail, createAccountProfile, createAccountResourceType],
  isChange: true,
  async run(context) {
    const { settings, connect } = context;
    const accountInfo = readAccount(settings);
    await using receiver = await preparePasswordReceiver(context);
    const response = await connect(AccountManagerService).createAccount({
      accountInfo,
      resourceTypeId: settings.get(createAccountResourceType) ?? '',
      ...(settings.get(passwordFile) && {
        credentialOptions: randomPassword,
        encryptionConfigs: receiver.encryptionConfigs,
      }),
    });
    return toResult(response, await receiver.receive(response.encryptedData), settings);
  },
};

/** Login and email are part of the profile too. Values in the profile win (pkg/cli of baton-sdk v0.25.0). */
function readAccount(settings: Settings) {
  const [login, email] = [settings.get(createAccountLogin), settings.get(createAccountEmail)];
  const profile: JsonObject = {
    ...(login !== undefined && { login }),
    ...(email !== undefined && { email }),
    ...parseJsonObject(createAccountProfile, settings),
  };
  const text = (value: unknown) => z.string().safeParse(value).data ?? '';
  const account = { login: text(profile.login), email: text(profile.email) };
  if (account.login === '' && account.email === '') {
    throw new UsageError([
      `set --${createAccountLogin.name} or --${createAccountEmail.name}, or "login" or "email" in --${createAccountProfile.name}`,
    ]);
  }
  return {
    login: account.login,
    emails: account.email === '' ? [] : [{ address: account.email, isPrimary: true }],
    profile,
  };
}

function toResult({ result }: CreateAccountResponse, path: string | undefined, settings: Settings): JobResult {
  const { resource } = result.value ?? {};
  const record = (outcome: string, more: JsonObject = {}) => ({
    outcome,
    ...(resource && { resource: toResourceRecord(resource) }),
    ...more,
    ...(path !== undefined && { password_file: path }),
  });
  const account = resource ? describeResource(resource) : 'the account';
  const password = describePassword(path, settings);
  switch (result.case) {
    case 'success':
      return { record: record('created'), lines: [`Created ${account}.`, ...password] };
    case 'actionRequired': {
      const { message } = result.value;
      return {
        record: record('action-required', { message }),
        lines: [`Created ${account}. Manual action is required: ${message}`, ...password],
      };
    }
    case 'alreadyExists':
      return { record: record('already-exists'), lines: [`Nothing changed: ${account} already exists.`] };
    case 'inProgress':
      return {
        record: record('in-progress'),
        lines: ['The application will create the account later; a sync will show it.'],
      };
    default:
      throw new ServiceError(Code.Internal, 'the connector returned no result for the account', {
        reason: 'no_account_result',
      });
  }
}

function describePassword(path: string | undefined, settings: Settings): string[] {
  if (path !== undefined) return [`Its password is in ${path}.`];
  return settings.get(passwordFile) === undefined ? [] : ['The connector set no password.'];
}
