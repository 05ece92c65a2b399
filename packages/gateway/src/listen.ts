import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Listen, ListenTls } from './config/index.ts'
import { tlsOptions } from './tls-files.ts'

export interface Listener {
  readonly server: Server
  /** The same, where it speaks TLS. */
  readonly tlsServer: TlsServer | undefined
  /** `http://127.0.0.1:8787`, with the port that was given where any would do. */
  readonly url: string
}

/** Longer than the balancers before us keep an idle connection, so that it is never we who close it under a request. */
const KEEP_ALIVE_MS = 75_000

/** By what an operator chooses the parts of an address. */
export interface ChosenBy {
  readonly host: string
  readonly port: string
}

/** Takes what asks for another protocol. */
export type UpgradeListener = (req: IncomingMessage, socket: Duplex, head: Buffer) => void

/**
 * Some clients offer HTTP/2 in the clear with every request. That is not taken up: the request is one like any other, and
 * passes the app. A WebSocket never does.
 */
const asksForWebSocket = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket'

/**
 * Serve an app, and whoever takes upgrades; without one nothing is upgraded.
 *
 * @throws Error in one sentence when the address is taken or is none of this machine's.
 */
export async function listen(
  app: RequestListener,
  { host, port, tls }: Listen & { readonly tls?: ListenTls | undefined },
  chosenBy: ChosenBy,
  upgrade?: UpgradeListener,
): Promise<Listener> {
  const options = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    shouldUpgradeCallback: (req: IncomingMessage) => Boolean(upgrade) && asksForWebSocket(req),
  }
  const tlsServer = tls && createTlsServer({ ...options, ...tlsOptions(tls) }, app)
  const server: Server = tlsServer ?? createServer(options, app)
  if (upgrade) server.on('upgrade', upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(sayListenError(error, { host, port }, chosenBy)))
    server.listen(port, host, resolve)
  })
  const { port: given } = server.address() as AddressInfo
  return { server, tlsServer, url: urlOf(tls ? 'https' : 'http', host, given) }
}

function urlOf(scheme: string, host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

const noSuchAddress = ({ host }: ChosenBy) =>
  `this machine has no such address: choose another host by ${host}`

const SENTENCES: Readonly<Record<string, (chosenBy: ChosenBy) => string>> = {
  EADDRINUSE: ({ port }) => `something listens there already: stop it, or choose another port by ${port}`,
  EACCES: ({ port }) => `this user may not listen there: choose a port above 1023 by ${port}`,
  EADDRNOTAVAIL: noSuchAddress,
  ENOTFOUND: noSuchAddress,
}

function sayListenError(cause: Error, { host, port }: Listen, chosenBy: ChosenBy): Error {
  const { code = '' } = cause as NodeJS.ErrnoException
  const sentence = SENTENCES[code]?.(chosenBy) ?? cause.message
  return new Error(`cannot listen on ${host}:${port}: ${sentence}`, { cause })
}

/** Take no new connections, and close those that wait for a request. */
export function stopListening({ server }: Listener): void {
  server.close()
  server.closeIdleConnections()
}
