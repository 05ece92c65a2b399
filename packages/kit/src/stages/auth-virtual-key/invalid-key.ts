import type { IncomingMessage } from 'node:http'
import { type ClientDialect, dialectOf } from '../../core/dialect.ts'
import { TollgateError } from '../../core/errors.ts'
import { KEY_HEADERS } from './key-headers.ts'

const HEADER_OF = {
  openai: 'authorization',
  anthropic: 'x-api-key',
  gemini: 'x-goog-api-key',
} as const satisfies Record<ClientDialect, (typeof KEY_HEADERS)[number]>

/** A key in the address, as Gemini's own API takes it: addresses stand in logs, so it is not read. */
const KEY_IN_ADDRESS = /[?&]key=/

/**
 * The refusal of a request that presents no good key. What it says follows from where the client puts its keys, and from
 * nothing about the key: a guess learns nothing from it.
 */
export function invalidKey(req: IncomingMessage): TollgateError {
  const used = KEY_HEADERS.find((header) => req.headers[header] !== undefined)
  const header = used ?? HEADER_OF[dialectOf(req)]
  const where = header === 'authorization' ? '`Authorization: Bearer …`' : `\`${header}: …\``
  const unread = KEY_IN_ADDRESS.test(req.url ?? '') ? ' A `?key=` in the address is not read.' : ''
  return new TollgateError('invalid_api_key', {
    message: `This key is not valid.${unread} Send a virtual key as ${where}, and ask your administrator for one if yours has stopped working.`,
  })
}
