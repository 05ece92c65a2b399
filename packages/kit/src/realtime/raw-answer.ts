import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorBody } from '../core/error-body.ts'
import type { TollgateError } from '../core/errors.ts'
import { answerOf } from '../core/refuse.ts'

/**
 * Answer an upgrade that is refused: an HTTP answer of its own on the socket, which Node has given away, and the end of
 * the connection. One that does not read is hung up on.
 */
export function refuseUpgrade(socket: Duplex, error: TollgateError, requestId: string): void {
  if (socket.destroyed) return
  const { status, headers, body } = answerOf(error, errorBody('openai', error, requestId))
  const all = { ...headers, 'x-request-id': requestId, connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${oneLine(value)}`)
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`, ...lines, '', ''].join('\r\n')
  socket.on('error', () => socket.destroy())
  socket.once('finish', () => socket.destroy())
  socket.end(Buffer.concat([Buffer.from(head, 'latin1'), body]))
}

/** No value ends its header. */
function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, ' ')
}
