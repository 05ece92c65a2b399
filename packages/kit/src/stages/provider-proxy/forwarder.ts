import type { Agent, ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Transform, Writable } from 'node:stream'
import { misassembled } from '../../core/errors.ts'
import type { NodeAgents } from '../../failover/node-agents.ts'

/**
 * What http-proxy-middleware is given in place of a client's request: a stream of its body, and only those of its words
 * that may go to a provider. So nothing else can, whichever of the proxy's own hooks is passed over.
 */
export interface Outbound extends Transform {
  readonly method: string
  /** Below the target. */
  readonly url: string
  readonly headers: Record<string, string>
  readonly httpVersion: '1.1'
  readonly httpVersionMajor: 1
  /** The provider's base URL. */
  readonly target: string
  /** There is a request, and soon a connection for it. */
  onRequest(request: ClientRequest): void
  onAnswer(answer: IncomingMessage): void
  onError(error: Error): void
}

/** Sends a request; the second stream stands for the client's response, and ends the exchange when it is destroyed. */
export type Forward = (outbound: Outbound, inbound: Writable) => void

/**
 * http-proxy-middleware, bare: no redirects, no log, no answer of its own, and no `upgrade`, which it would subscribe to with
 * `ws`.
 *
 * @throws TollgateError `misassembled` when it is not installed.
 */
export async function makeForwarder(agents: NodeAgents | undefined): Promise<Forward> {
  const { createProxyMiddleware } = await loadProxy()
  const by = (agent: Agent | undefined): Forward => forwardBy(createProxyMiddleware, agent)
  // An agent speaks TLS, or does not.
  const [plain, secured] = [by(agents?.http), by(agents?.https)]
  return (outbound, inbound) => (outbound.target.startsWith('https:') ? secured : plain)(outbound, inbound)
}

function forwardBy(
  createProxyMiddleware: Awaited<ReturnType<typeof loadProxy>>['createProxyMiddleware'],
  agent: Agent | undefined,
): Forward {
  const proxy = createProxyMiddleware({
    ...(agent && { agent }),
    router: (req) => outboundOf(req).target,
    changeOrigin: true,
    selfHandleResponse: true,
    ejectPlugins: true,
    plugins: [
      (server) => {
        server.on('proxyReq', (request, req) => outboundOf(req).onRequest(request))
        server.on('proxyRes', (answer, req) => outboundOf(req).onAnswer(answer))
        server.on('error', (error, req) => req && outboundOf(req).onError(error))
        server.on('econnreset', (error, req) => outboundOf(req).onError(error))
      },
    ],
  })
  return (outbound, inbound) => {
    const [request, response] = [outbound as unknown as IncomingMessage, inbound as unknown as ServerResponse]
    proxy(request, response, (error) => error && outbound.onError(error as Error)).catch(outbound.onError)
  }
}

function outboundOf(req: IncomingMessage): Outbound {
  return req as unknown as Outbound
}

/** An ES module, and heavy: loaded by whoever passes something through, and when that happens first. */
async function loadProxy() {
  try {
    return await import('http-proxy-middleware')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw misassembled('provider-proxy needs http-proxy-middleware: npm install http-proxy-middleware')
  }
}
