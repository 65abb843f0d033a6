// Keys of RFCs, and what baton-sdk v0.25.0 (pkg/crypto/providers/jwk) encrypted for them.

/** RFC 8037, appendix A. */
export const ed25519Jwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};

/** Of it, in hex; the RFC has it in base64url. */
export const ed25519Thumbprint = '90facafea9b1556698540f70c0117a22ea37bd5cf3ed3c47093c1707282b4b89';

/** RFC 7638, section 3.1. */
export const rsaJwk = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
};

/** Of it, in hex; the RFC has it in base64url. */
export const rsaThumbprint = '3736cbb1787cb8309c77ee8c3705c5e16ffb9e859715901f1e4c59b11182f57b';

/** How the files that were encrypted for the RSA key say so. */
export const rsaTag = 'h+PAyQ';

/** `encrypted_bytes` for the Ed25519 key, and what they hold. */
export const encryptedForEd25519 =
  'YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNzaC1lZDI1NTE5IGJiWHB1QSBIZUpTY2hwWW9xQTB5a0JIazhnMFdpSmRwTDlsOE1ha2Fqc2hyMXZLMWwwCitKR1g3aHc1NTFJUEdQSnJoZktjY2tVZEh2dTZmQ3FhWkE2KzFHWHhVY28KLS0tIFdEMFVLdkR4eHNoeFpjTEFWZ3psbVJVb1NHZzdyZHYrSi90L2FtNVlSSnMKsK5VfmIwiD5mDBRTlbxU5WZbWZtlZVzmcqPi0BXlv8XqekB/8MOhGYR8OZ1jSrFcVsF1Gb2+k2VERuqr3g==';
export const encryptedText = 'correct horse bättery staple';
