// The proof of the AWS role of this process: a request to AWS STS, signed but not sent. ConductorOne sends it, and AWS
// tells ConductorOne who signed it.
import { createHash, createHmac } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import { Sigv4SignedRequestSTSGetCallerIdentitySchema } from '#gen/c1/connectorapi/baton/v1/config_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { Environment } from '../../net/environment.ts';

interface AwsCredentials {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

const body = 'Action=GetCallerIdentity&Version=2011-06-15';
const contentType = 'application/x-www-form-urlencoded; charset=utf-8';
const service = 'sts';
const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Signs the request with the credentials that Lambda puts into the environment (pkg/lambda/grpc/config of baton-sdk
 * v0.25.0). AWS accepts it for about 15 minutes.
 * @returns The claim `id_att`: the packed message in base64url.
 * @throws ServiceError FAILED_PRECONDITION when the environment has no credentials.
 */
export function createAttestation(env: Environment, now: Date): string {
  const credentials = readCredentials(env);
  const signed = create(Sigv4SignedRequestSTSGetCallerIdentitySchema, {
    method: 'POST',
    endpoint: `https://${hostOf(credentials)}`,
    headers: sign(credentials, now).map(([key, value]) => ({ key, value: [value] })),
    body: Buffer.from(body),
  });
  const packed = anyPack(Sigv4SignedRequestSTSGetCallerIdentitySchema, signed);
  return Buffer.from(toBinary(AnySchema, packed)).toString('base64url');
}

function readCredentials(env: Environment): AwsCredentials {
  const read = (variable: string) => {
    const value = env[variable];
    if (value) return value;
    const message = `${variable} is not set: AWS Lambda sets it, together with the other credentials of the function's role`;
    throw new ServiceError(Code.FailedPrecondition, message, { reason: 'no_aws_credentials' });
  };
  return {
    region: read('AWS_REGION'),
    accessKeyId: read('AWS_ACCESS_KEY_ID'),
    secretAccessKey: read('AWS_SECRET_ACCESS_KEY'),
    sessionToken: env.AWS_SESSION_TOKEN || undefined,
  };
}

function hostOf({ region }: AwsCredentials): string {
  return `${service}.${region}.amazonaws.com`;
}

/** Signature Version 4 of AWS. Host and content length are signed, and sent by whoever sends the request. */
function sign(credentials: AwsCredentials, now: Date): [string, string][] {
  const { region, accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const date = time.slice(0, 8);
  const signedHeaders: [string, string][] = [
    ['content-length', String(body.length)],
    ['content-type', contentType],
    ['host', hostOf(credentials)],
    ['x-amz-date', time],
    ...(sessionToken === undefined ? [] : [['x-amz-security-token', sessionToken] satisfies [string, string]]),
  ];
  const names = signedHeaders.map(([name]) => name).join(';');
  const canonical = [
    'POST',
    '/',
    '',
    ...signedHeaders.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = [algorithm, time, scope, sha256(canonical)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (former, part) => hmac(former, part),
    `AWS4${secretAccessKey}`,
  );
  const signature = hmac(key, toSign).toString('hex');
  return [
    [
      'Authorization',
      `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    ],
    ['Content-Type', contentType],
    ['X-Amz-Date', time],
    ...(sessionToken === undefined ? [] : [['X-Amz-Security-Token', sessionToken] satisfies [string, string]]),
  ];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
