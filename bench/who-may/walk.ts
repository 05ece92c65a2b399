import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Middleware } from '@tollgate/kit/core'
import { CHAT_PATH, JSON_REQUEST } from '../exchange.ts'

const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '127.0.0.1' })
const body = Buffer.from(JSON_REQUEST)

/** What OpenAI's SDK sends besides its key. */
const HEADERS = {
  host: '127.0.0.1:8787',
  accept: 'application/json',
  'content-type': 'application/json',
  'user-agent': 'OpenAI/JS 7.55.0',
  'x-stainless-retry-count': '0',
  'x-stainless-timeout': '600',
  'x-stainless-lang': 'js',
  'x-stainless-package-version': '7.55.0',
  'x-stainless-os': 'Linux',
  'x-stainless-arch': 'x64',
  'x-stainless-runtime': 'node',
  'accept-encoding': 'gzip, deflate',
  'content-length': String(body.length),
}

/**
 * One request on its way through and back, without a socket: its body is there, as a host's parser leaves it, and the answer
 * ends where the handlers do.
 *
 * @throws Error when one of them refuses it.
 */
export function walk(way: Middleware, authorization: string): Promise<void> {
  const headers = { ...HEADERS, authorization }
  const req = Object.assign(new IncomingMessage(socket), {
    method: 'POST',
    url: CHAT_PATH,
    headers,
    body,
    rawHeaders: Object.entries(headers).flat(),
  })
  const res = new ServerResponse(req)
  return new Promise((resolve, reject) => {
    // Nothing that passes is answered by the stages themselves.
    res.end = () => {
      reject(new Error(`refused with ${res.statusCode}`))
      return res
    }
    way(req, res, (error) => {
      if (error) return reject(error)
      res.statusCode = 200
      res.emit('close')
      // Whatever settles without waiting has done so by then.
      resolve()
    })
  })
}
