import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import { failureOfAnswer, failureOfTransport } from '../failover/classify.ts'
import type { Failure } from '../failover/failure.ts'
import type { NodeAgents } from '../failover/node-agents.ts'
import { dialectHeaders } from '../wire/headers.ts'
import type { Authorization } from '../wire/hosting.ts'
import { MAX_ERROR_BYTES } from '../wire/neutral/provider-error.ts'
import type { Deployment } from '../wire/routes.ts'
import { sockets } from './sockets.ts'
import { asksForBeta } from './subprotocols.ts'

export type Dialled = { readonly upstream: WebSocket } | { readonly failure: Failure }

export interface DialOptions {
  /** Of the client's own request. */
  readonly headers: IncomingHttpHeaders
  /** How long it may take until the session is open, ms. */
  readonly connectMs: number
  /** The longest message that the provider may send, bytes. */
  readonly messageBytes: number
  /** How a session over TLS is connected to; Node's own by default. */
  readonly agents: NodeAgents | undefined
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal
}

/** What is said of the client to a provider's session besides what its dialect names. */
const FORWARDED = ['user-agent', 'traceparent', 'tracestate'] as const

/**
 * Open a session at a provider, with the provider's own key. Its messages wait until somebody resumes it. Never rejects: an
 * address or a key that cannot even be sent is a failure like any other.
 */
export async function dial(deployment: Deployment, options: DialOptions): Promise<Dialled> {
  try {
    return await opened(await begin(deployment, options), deployment, options.signal)
  } catch (cause) {
    return { failure: failureOf(cause as Error) }
  }
}

async function begin(
  { provider, model }: Deployment,
  { headers: client, connectMs, messageBytes, agents }: DialOptions,
): Promise<WebSocket> {
  const { WebSocket } = sockets()
  const address = addressOf(provider, model)
  const headers = headersFor(client, provider)
  // Without TLS there is no tunnel through a proxy, and few of those pass an upgrade on: such a provider is near.
  const agent = address.protocol === 'wss:' ? agents?.https : undefined
  return new WebSocket(address, {
    ...(agent && { agent }),
    headers: { ...headers, ...(await authorization(provider, address, headers)) },
    handshakeTimeout: connectMs,
    maxPayload: messageBytes,
    perMessageDeflate: false,
    followRedirects: false,
  })
}

function opened(upstream: WebSocket, { provider }: Deployment, signal: AbortSignal): Promise<Dialled> {
  return new Promise<Dialled>((resolve) => {
    const leave = () => upstream.terminate()
    const end = (dialled: Dialled) => {
      signal.removeEventListener('abort', leave)
      resolve(dialled)
    }
    signal.addEventListener('abort', leave)
    upstream.once('open', () => {
      upstream.pause()
      end({ upstream })
    })
    upstream.on('error', (cause) => end({ failure: failureOf(cause) }))
    upstream.once('unexpected-response', (_, answer) => {
      void refusalOf(answer, provider).then((failure) => {
        end({ failure })
        upstream.terminate()
      })
    })
  })
}

/** https://developers.openai.com/api/docs/guides/realtime-websocket */
function addressOf({ baseUrl, hosting }: Deployment['provider'], model: string): URL {
  const path = hosting?.session?.(model) ?? `/realtime?${new URLSearchParams({ model })}`
  const url = new URL(baseUrl.replace(/\/+$/, '') + path)
  url.protocol = url.protocol.replace('http', 'ws')
  return url
}

/** What the provider's host knows the operator by; nothing where the dialect's own header does. */
async function authorization(
  { hosting, apiKeys, apiKey = apiKeys?.[0] }: Deployment['provider'],
  { origin, pathname, search }: URL,
  headers: Readonly<Record<string, string>>,
): Promise<Authorization> {
  const path = pathname + search
  return (await hosting?.authorize?.({ method: 'GET', origin, path, headers, body: NOTHING, apiKey })) ?? {}
}

/** A handshake has no body. */
const NOTHING = Buffer.alloc(0)

function headersFor(client: IncomingHttpHeaders, provider: Deployment['provider']): Record<string, string> {
  const beta = asksForBeta(client) ? { 'openai-beta': 'realtime=v1' } : {}
  const headers = dialectHeaders({ ...client, ...beta }, provider)
  for (const name of FORWARDED) {
    const value = client[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}

/** Nothing that costs anything is sent before a session is open. */
function failureOf(cause: Error): Failure {
  const failure = failureOfTransport(cause, false)
  return /timed out/.test(cause.message) ? { ...failure, kind: 'timeout' } : failure
}

async function refusalOf(answer: IncomingMessage, provider: Deployment['provider']): Promise<Failure> {
  const { statusCode: status = 0, headers } = answer
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > MAX_ERROR_BYTES) break
    }
  } catch {
    // What it had to say besides its status is lost.
  }
  const body = Buffer.concat(chunks)
  return failureOfAnswer({ status, headers, body, dialect: provider.dialect }, Date.now())
}
