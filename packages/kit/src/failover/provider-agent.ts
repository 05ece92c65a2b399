import '../core/needs-node.ts'
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici'

export interface ProviderAgentOptions {
  /** To a connection, ms. */
  readonly connectMs?: number
  /** For how long a connection is used for new calls, ms: then the name is looked up again, which may lead elsewhere by now. */
  readonly maxAgeMs?: number
  /** Proxies between here and the providers, as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name them. */
  readonly proxies?: { readonly http?: string; readonly https?: string; readonly except?: string }
  /** Certificates that are trusted besides the system's own, PEM. */
  readonly ca?: string
}

/** A connection is kept for the next call so long, ms; less where its server says so. */
const KEEP_ALIVE_MS = 15_000

/**
 * How providers are called: connections are kept and used again, HTTP/2 where the server prefers it over TLS, and a change
 * of DNS is followed within `maxAgeMs` under load, at once without.
 */
export function providerAgent({
  connectMs = 10_000,
  maxAgeMs = 300_000,
  proxies,
  ca,
}: ProviderAgentOptions = {}): Dispatcher {
  const tls = ca === undefined ? {} : { ca }
  const options = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    clientTtl: maxAgeMs,
    connect: { timeout: connectMs, ...tls },
  }
  if (!proxies || (!proxies.http && !proxies.https)) return new Agent(options)
  return new EnvHttpProxyAgent({
    ...options,
    ...(proxies.http === undefined ? {} : { httpProxy: proxies.http }),
    ...(proxies.https === undefined ? {} : { httpsProxy: proxies.https }),
    noProxy: proxies.except ?? '',
    requestTls: { timeout: connectMs, ...tls },
  })
}
