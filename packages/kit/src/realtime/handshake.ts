import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { TollgateError } from '../core/errors.ts'
import { sockets } from './sockets.ts'
import { chosenSubprotocol } from './subprotocols.ts'

/** A nonce of 16 bytes: https://www.rfc-editor.org/rfc/rfc6455#section-4.1 */
const KEY = /^[+/0-9A-Za-z]{22}==$/

/**
 * Whether an upgrade is to a WebSocket, and well formed: asked before anything is done for it.
 *
 * @throws TollgateError `invalid_request`, `method_not_allowed`.
 */
export function checkHandshake({ method, headers, httpVersion }: IncomingMessage): void {
  if (method !== 'GET') {
    throw new TollgateError('method_not_allowed', { message: 'Use GET here.', headers: { allow: 'GET' } })
  }
  if (headers.upgrade?.toLowerCase() !== 'websocket' || httpVersion !== '1.1')
    throw new TollgateError('invalid_request', { message: 'Nothing but a WebSocket is upgraded to here.' })
  if (headers['sec-websocket-version'] !== '13') {
    throw new TollgateError('invalid_request', {
      message: 'A WebSocket of this version is not spoken here.',
      headers: { 'sec-websocket-version': '13' },
    })
  }
  if (!KEY.test(headers['sec-websocket-key'] ?? ''))
    throw new TollgateError('invalid_request', {
      message: 'The handshake of this WebSocket has no good key.',
    })
}

/** Completes handshakes. */
export interface Door {
  /** The client's WebSocket; undefined when it has gone. */
  open(
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    headers: Readonly<Record<string, string>>,
  ): WebSocket | undefined
}

/** @param messageBytes The longest message of a client. */
export function door(messageBytes: number): Door {
  const answers = new WeakMap<IncomingMessage, Readonly<Record<string, string>>>()
  const { WebSocketServer } = sockets()
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Sound hardly gets smaller by it, and every session would hold the memory.
    perMessageDeflate: false,
    maxPayload: messageBytes,
    handleProtocols: (_, req) => chosenSubprotocol(req.headers) ?? false,
  })
  server.on('headers', (lines, req) => {
    for (const [name, value] of Object.entries(answers.get(req) ?? {})) lines.push(`${name}: ${value}`)
  })
  return {
    open(req, socket, head, headers) {
      answers.set(req, headers)
      let client: WebSocket | undefined
      server.handleUpgrade(req, socket, head, (opened) => {
        client = opened
      })
      return client
    },
  }
}
