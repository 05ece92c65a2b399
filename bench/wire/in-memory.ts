import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Middleware } from '@tollgate/kit/core'
import { Dispatcher } from 'undici'
import { CHAT_PATH, CLIENT_AUTHORIZATION, JSON_ANSWER, JSON_REQUEST } from '../exchange.ts'

/** As many as a provider's answer has, and its rate limits among them. */
const ANSWER_HEADERS = {
  'content-type': 'application/json',
  'content-length': String(JSON_ANSWER.length),
  date: 'Sat, 21 Nov 2026 12:00:00 GMT',
  'openai-processing-ms': '412',
  'x-request-id': 'req_bench0123456789',
  'x-ratelimit-remaining-requests': '9999',
  'x-ratelimit-remaining-tokens': '1999800',
  'x-ratelimit-reset-requests': '6ms',
  'x-ratelimit-reset-tokens': '6ms',
}

const CONTROLLER = {
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: [],
  rawTrailers: [],
  abort() {},
  pause() {},
  resume() {},
}

/** A provider without a socket: it answers in a later turn, as one behind a socket does, and costs next to nothing. */
export class InMemoryProvider extends Dispatcher {
  #waiting: Dispatcher.DispatchHandler[] = []

  override dispatch(_options: Dispatcher.DispatchOptions, taker: Dispatcher.DispatchHandler): boolean {
    // One for all that wait: immediates hold those after them, and what each has in hand would outlive its request.
    if (this.#waiting.length === 0) setImmediate(this.#answerAll)
    this.#waiting.push(taker)
    return true
  }

  #answerAll = (): void => {
    const takers = this.#waiting
    this.#waiting = []
    for (const taker of takers) {
      taker.onRequestStart?.(CONTROLLER, {})
      taker.onResponseStart?.(CONTROLLER, 200, ANSWER_HEADERS, 'OK')
      taker.onResponseData?.(CONTROLLER, JSON_ANSWER)
      taker.onResponseEnd?.(CONTROLLER, {})
    }
  }
}

const BODY = Buffer.from(JSON_REQUEST)
const socket = new Socket()

/** A response without a socket, whose end closes it. */
class InMemoryResponse extends ServerResponse {
  #onClose: () => void

  constructor(req: IncomingMessage, onClose: () => void) {
    super(req)
    this.#onClose = onClose
  }

  override end(...args: unknown[]): this {
    super.end(args[0])
    queueMicrotask(() => {
      this.emit('close')
      this.#onClose()
    })
    return this
  }
}

/** Have one request answered whose client has no socket either; resolves once its response is closed. */
export function ask(handler: Middleware): Promise<void> {
  const req: IncomingMessage & { body?: Buffer } = new IncomingMessage(socket)
  req.method = 'POST'
  req.url = CHAT_PATH
  req.headers = {
    'content-type': 'application/json',
    'content-length': String(BODY.length),
    authorization: CLIENT_AUTHORIZATION,
    'user-agent': 'OpenAI/JS 6.10.0',
  }
  req.body = BODY
  return new Promise((resolve, reject) => handler(req, new InMemoryResponse(req, resolve), reject))
}
