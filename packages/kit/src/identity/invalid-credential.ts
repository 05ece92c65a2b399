import type { IncomingMessage } from 'node:http'
import { type ClientDialect, dialectOf } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import type { Authenticator } from './authenticator.ts'
import { KEY_HEADERS } from './presented.ts'

const HEADER_OF = {
  openai: 'authorization',
  anthropic: 'x-api-key',
  gemini: 'x-goog-api-key',
} as const satisfies Record<ClientDialect, (typeof KEY_HEADERS)[number]>

/** A key in the address, as Gemini's own API takes it: addresses stand in logs, so it is not read. */
const KEY_IN_ADDRESS = /[?&]key=/

/** What a refused client is told to bring: by all authenticators there are, not by the one that refuses. */
export type Accepted = readonly Pick<Authenticator, 'asksFor' | 'carriedBy'>[]

/**
 * The refusal of a request that presents no good credential. What it says follows from what is taken here and from where the
 * client puts its keys, and from nothing about the credential: a guess learns nothing from it.
 *
 * @param internal which check has failed, for the log.
 */
export function invalidCredential(req: IncomingMessage, accepted: Accepted, internal: string): TollgateError {
  const keysAlone = accepted.every(({ asksFor }) => asksFor === 'a virtual key')
  const unread = KEY_IN_ADDRESS.test(req.url ?? '') ? ' A `?key=` in the address is not read.' : ''
  return new TollgateError('invalid_api_key', {
    internal,
    message: `This ${keysAlone ? 'key' : 'credential'} is not valid.${unread} ${adviceFor(req, accepted)}, and ask your administrator for one if yours has stopped working.`,
  })
}

function adviceFor(req: IncomingMessage, accepted: Accepted): string {
  const asked = (carriedBy: Authenticator['carriedBy']) =>
    accepted.filter((one) => one.carriedBy === carriedBy).map(({ asksFor }) => asksFor)
  const [header, connection] = [asked('header'), asked('connection')]
  const send = header.length > 0 ? [`send ${header.join(' or ')} as ${whereKeysGo(req)}`] : []
  const connect = connection.length > 0 ? [`connect with ${connection.join(' or ')}`] : []
  const advice = [...send, ...connect].join(', or ')
  return advice.charAt(0).toUpperCase() + advice.slice(1)
}

/** Where the client has put something, and where its own provider has it put. */
function whereKeysGo(req: IncomingMessage): string {
  const own = HEADER_OF[dialectOf(req)]
  const used = KEY_HEADERS.find((header) => req.headers[header] !== undefined) ?? own
  return [...new Set([used, own])].map(keyIn).join(' or ')
}

const keyIn = (header: (typeof KEY_HEADERS)[number]): string =>
  header === 'authorization' ? '`Authorization: Bearer …`' : `\`${header}: …\``
