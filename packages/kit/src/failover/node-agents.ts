import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { ProviderAgentOptions } from './provider-agent.ts'

/** How those call providers who go by Node's own client, and not by undici's: sessions, and what is passed through. */
export interface NodeAgents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/**
 * The same proxies as {@link providerAgent}, for Node's own client, which knows them from 22.21 and 24.5 on:
 * https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function nodeAgents({
  proxies = {},
  ca,
}: Pick<ProviderAgentOptions, 'proxies' | 'ca'> = {}): NodeAgents {
  const { http, https, except } = proxies
  const proxyEnv = { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: except }
  const options = { keepAlive: true, proxyEnv }
  return {
    http: new HttpAgent(options),
    https: new HttpsAgent({ ...options, ...(ca === undefined ? {} : { ca }) }),
  }
}
