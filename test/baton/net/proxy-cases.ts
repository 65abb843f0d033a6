// The rules of Go for proxies (net/http.ProxyFromEnvironment of Go 1.26.8, which was asked for each), as cases: which way leads to a host.

export interface ProxyCase {
  /** `{proxy}` stands for the proxy's `host:port`, `{port}` for the port of the server. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the server. */
  readonly host: string;
  readonly way: 'proxy' | 'direct';
}

const proxied = (NO_PROXY: string, host: string): ProxyCase => ({
  env: { HTTPS_PROXY: 'http://{proxy}', NO_PROXY },
  host,
  way: 'proxy',
});
const excepted = (NO_PROXY: string, host: string): ProxyCase => ({ ...proxied(NO_PROXY, host), way: 'direct' });

/** Hosts below `.test` must be this machine for a connection, and 0.0.0.0 is, without being a loopback address. */
export const proxyCases: readonly ProxyCase[] = [
  { env: {}, host: 'c1.test', way: 'direct' },
  { env: { HTTPS_PROXY: 'http://{proxy}' }, host: 'c1.test', way: 'proxy' },
  { env: { https_proxy: 'http://{proxy}' }, host: 'c1.test', way: 'proxy' },
  { env: { HTTPS_PROXY: '{proxy}' }, host: 'c1.test', way: 'proxy' },
  { env: { HTTPS_PROXY: 'HTTP://user:p%40ss@{proxy}/' }, host: 'c1.test', way: 'proxy' },
  { env: { HTTPS_PROXY: 'http://{proxy}', https_proxy: 'http://other.invalid:1' }, host: 'c1.test', way: 'proxy' },
  { env: { HTTPS_PROXY: '', https_proxy: 'http://{proxy}' }, host: 'c1.test', way: 'proxy' },
  { env: { HTTP_PROXY: 'http://{proxy}', ALL_PROXY: 'http://{proxy}' }, host: 'c1.test', way: 'direct' },
  { env: { HTTPS_PROXY: 'http://{proxy}' }, host: '0.0.0.0', way: 'proxy' },
  { env: { HTTPS_PROXY: 'http://{proxy}' }, host: 'localhost', way: 'direct' },
  { env: { HTTPS_PROXY: 'http://{proxy}' }, host: '127.0.0.1', way: 'direct' },
  { env: { HTTPS_PROXY: 'http://{proxy}' }, host: '127.9.8.7', way: 'direct' },
  { env: { HTTPS_PROXY: 'http://{proxy}' }, host: '[::1]', way: 'direct' },
  { env: { HTTPS_PROXY: 'http://{proxy}', NO_PROXY: '', no_proxy: 'c1.test' }, host: 'c1.test', way: 'direct' },
  { env: { HTTPS_PROXY: 'http://{proxy}', NO_PROXY: 'other.test', no_proxy: '*' }, host: 'c1.test', way: 'proxy' },
  excepted('*', 'c1.test'),
  excepted('other.test, * ', 'c1.test'),
  excepted('c1.test', 'c1.test'),
  excepted('C1.Test', 'c1.test'),
  excepted('test', 'c1.test'),
  excepted('.test', 'c1.test'),
  excepted('*.test', 'c1.test'),
  excepted('c1.test', 'api.c1.test'),
  excepted('.c1.test', 'api.c1.test'),
  excepted('*.c1.test', 'api.c1.test'),
  excepted('bücher.test', 'xn--bcher-kva.test'),
  excepted('other.test,,  c1.test:{port} ,', 'c1.test'),
  excepted('.test:{port}', 'c1.test'),
  excepted('c1.test:', 'c1.test'),
  excepted('0.0.0.0', '0.0.0.0'),
  excepted('0.0.0.0:{port}', '0.0.0.0'),
  excepted('0.0.0.0/8', '0.0.0.0'),
  excepted('0.0.0.0/0', '0.0.0.0'),
  proxied('.c1.test', 'c1.test'),
  proxied('*.c1.test', 'c1.test'),
  proxied('1.test', 'c1.test'),
  proxied('c1', 'c1.test'),
  proxied('c1.test:1', 'c1.test'),
  proxied(':{port}', 'c1.test'),
  proxied('*:{port}', 'c1.test'),
  proxied('*test', 'c1.test'),
  proxied('c1.*', 'c1.test'),
  proxied('c1.test other.test', 'c1.test'),
  proxied('https://c1.test', 'c1.test'),
  proxied('0.0.0.0:1', '0.0.0.0'),
  proxied('0.0.0', '0.0.0.0'),
  proxied('1.0.0.0/8', '0.0.0.0'),
  proxied('0.0.0.0/33', '0.0.0.0'),
  proxied('0.0.0.0/-1', '0.0.0.0'),
  proxied('0.0.0.0/8/8', '0.0.0.0'),
  proxied('0.0.0.0/8', 'c1.test'),
  proxied('::/0', 'c1.test'),
];

/** Those whose hosts are no connection to be made to. */
export const distantProxyCases: readonly ProxyCase[] = [
  proxied('', '10.1.2.3'),
  proxied('', '[fd12::1]'),
  excepted('10.0.0.0/8', '10.1.2.3'),
  excepted('10.1.2.3/8', '10.200.2.3'),
  excepted('10.1.2.3/32', '10.1.2.3'),
  excepted('10.1.2.3', '10.1.2.3'),
  excepted('fd00::/8', '[fd12::1]'),
  excepted('fd12::1', '[fd12::1]'),
  excepted('FD12:0:0::1', '[fd12::1]'),
  excepted('[fd12::1]:{port}', '[fd12::1]'),
  excepted('fd12::1/128', '[fd12::1]'),
  excepted('::/0', '[fd12::1]'),
  proxied('2.3', '10.1.2.3'),
  proxied('10.0.0.0/8', '11.1.2.3'),
  proxied('10.1.2.3/32', '10.1.2.4'),
  proxied('10.1.2.3:1', '10.1.2.3'),
  proxied('fd00::/8', '[fe80::1]'),
  proxied('fd00::/129', '[fd00::1]'),
  proxied('[fd12::1]:1', '[fd12::1]'),
  proxied('[fd12::1]', '[fd12::1]'),
  excepted('10.0.0.0/8', '[::ffff:10.1.2.3]'),
  excepted('::ffff:10.1.2.3', '10.1.2.3'),
  proxied('0.0.0.0/0', '[fd12::1]'),
  proxied('::/0', '10.1.2.3'),
];

/** The variables of a case, for a proxy and the port of a server. */
export function fillIn({ env }: ProxyCase, proxy: string, port: number): Record<string, string> {
  const filled = Object.entries(env).map(([name, value]) => [
    name,
    value.replaceAll('{proxy}', proxy).replaceAll('{port}', String(port)),
  ]);
  return Object.fromEntries(filled);
}
