import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Behaviour, Refusal } from '../behaviour.ts'
import { billOf } from '../dialect.ts'
import type { Entry, ProviderLog } from '../log.ts'
import { errorText, invalidApiKey, modelNotFound, unknownUrl } from '../openai/errors.ts'
import type { Bill } from '../prices.ts'
import { holdSession } from './session.ts'

export interface RealtimeOptions {
  readonly log: ProviderLog
  readonly bills: ReadonlyMap<string, Bill>
  readonly apiKey: string | undefined
  /** What to do with a handshake: only `refusal`, `hold` and `ending: reset` are of use there. */
  readonly onHandshake: (entry: Entry) => Behaviour
  readonly onResponse: (entry: Entry) => Behaviour
  readonly changed: () => void
}

/** Sessions over WebSockets, for a server's `upgrade`. */
export interface Realtime {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Break off all sessions. */
  close(): void
}

export function realtime({
  log,
  bills,
  apiKey,
  onHandshake,
  onResponse,
  changed,
}: RealtimeOptions): Realtime {
  const server = new WebSocketServer({ noServer: true })

  async function open(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { url = '/', headers } = req
    const entry = log.begin({ method: 'GET', path: url, headers })
    const { pathname, searchParams } = new URL(url, 'ws://simulated')
    // Azure's dated API names a deployment, which has the name of its model here.
    const model = searchParams.get('model') ?? searchParams.get('deployment') ?? ''
    const { refusal = refusalOf(pathname, model, headers), hold, ending } = onHandshake(entry)
    if (hold) await hold.opened
    if (ending?.how === 'reset') return void socket.destroy()
    if (refusal) {
      entry.status = refusal.status
      log.end(entry, 'refused')
      return answer(socket, refusal)
    }
    entry.status = 101
    server.handleUpgrade(req, socket, head, (client: WebSocket) =>
      holdSession({ socket: client, model, entry, log, bills, behaviour: onResponse, changed }),
    )
  }

  function refusalOf(path: string, model: string, headers: IncomingMessage['headers']): Refusal | undefined {
    if (!path.endsWith('/realtime')) return unknownUrl('GET', path)
    const key = path.includes('/openai/') ? headers['api-key'] : undefined
    if (apiKey !== undefined && (key ?? headers.authorization?.replace(/^Bearer /, '')) !== apiKey)
      return invalidApiKey
    return billOf(model, bills) ? undefined : modelNotFound(model)
  }

  return {
    upgrade(req, socket, head) {
      socket.on('error', () => socket.destroy())
      void open(req, socket, head)
    },
    close() {
      for (const client of server.clients) client.terminate()
    },
  }
}

function answer(socket: Duplex, refusal: Refusal): void {
  const body = errorText(refusal)
  socket.end(
    `HTTP/1.1 ${refusal.status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
