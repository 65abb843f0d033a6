// Settings of the command `lambda`: who the connector is to ConductorOne, and who may call it.
import { stringField } from '../create-field.ts';

export const lambdaClientId = stringField({
  name: 'lambda-client-id',
  description: 'ConductorOne client id with which the config is fetched',
  required: true,
  exportTarget: 'none',
});

export const lambdaClientSecret = stringField({
  name: 'lambda-client-secret',
  description: 'ConductorOne client secret for the client id',
  required: true,
  secret: true,
  exportTarget: 'none',
});

export const lambdaSigner = stringField({
  name: 'lambda-auth-jwt-signer',
  description: 'Public key of the callers, as a JSON Web Key',
  exportTarget: 'none',
});

export const lambdaJwksUrl = stringField({
  name: 'lambda-auth-jwt-jwks-url',
  description: "URL of the callers' public keys (JWKS)",
  exportTarget: 'none',
  check: (url) =>
    /^https?:$/.test(URL.parse(url)?.protocol ?? '')
      ? undefined
      : 'must be a URL such as https://acme.conductor.one/keys',
});

export const lambdaIssuer = stringField({
  name: 'lambda-auth-jwt-expected-issuer',
  description: 'Issuer that the tokens of callers must name',
  required: true,
  exportTarget: 'none',
});

export const lambdaSubject = stringField({
  name: 'lambda-auth-jwt-expected-subject',
  description: 'Subject that the tokens of callers must name',
  required: true,
  exportTarget: 'none',
});

export const lambdaAudience = stringField({
  name: 'lambda-auth-jwt-expected-audience',
  description: 'Audience that the tokens of callers must name',
  required: true,
  exportTarget: 'none',
});

export const lambdaFields = [
  lambdaClientId,
  lambdaClientSecret,
  lambdaSigner,
  lambdaJwksUrl,
  lambdaIssuer,
  lambdaSubject,
  lambdaAudience,
];
